/** What every sender to a broker promises to flows. An implementation calls this from a test of its own. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Outgoing, Sender } from '../../src/engine/ports.ts';
import { Fault } from '../../src/errors.ts';
import { Body } from '../../src/message/body.ts';
import { Headers } from '../../src/message/headers.ts';
import { Message } from '../../src/message/message.ts';

export interface Arrived {
  readonly text: string;
  readonly contentType: string | undefined;
  readonly headers: ReadonlyMap<string, string>;
}

export interface SenderUnderTest {
  readonly sender: Sender;
  /** Of a place of this test's own. */
  readonly address: URL;
  /** The next message there. */
  arrived(): Promise<Arrived>;
  /** The same place with a password that is wrong: "not-the-secret". Absent: the server knows no passwords. */
  readonly wrongPassword?: URL;
  /** A server that is not there. */
  readonly nobody: URL;
  /** Absent: the protocol knows no answers. */
  readonly asking?: {
    readonly address: URL;
    /** Takes the next request and answers it with this text. */
    answer(text: string): Promise<void>;
    /** Says how long an answer is waited for. */
    limit(message: Message, ms: number): void;
  };
  close(): Promise<void>;
}

function message(text: string, contentType: string, headers: Record<string, string> = {}): Message {
  const made = new Message({ body: Body.bytes(Buffer.from(text), contentType), headers: Headers.from(headers) });
  made.properties.set('OUT_ONLY', 'true');
  return made;
}

function outgoing(url: URL, sent: Message): Outgoing {
  const { signal } = new AbortController();
  return { url, message: sent, method: undefined, format: undefined, timeoutMs: undefined, signal };
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const error = await work.then(
    () => assert.fail('it was sent'),
    (reason: unknown) => reason,
  );
  assert.ok(Fault.is(error), String(error));
  return error;
}

export function senderConformance(name: string, open: () => Promise<SenderUnderTest>, skip: string | false): void {
  describe(`sender: ${name}`, { skip }, () => {
    let under: SenderUnderTest;
    before(async () => {
      under = await open();
    });
    after(() => under.close());

    test('body, content type and headers arrive as they were', async () => {
      const sent = message('{"a":"ä"}', 'application/json', { color: 'red' });
      assert.equal(await under.sender.send(outgoing(under.address, sent)), undefined);
      const { text, contentType, headers } = await under.arrived();
      assert.equal(text, '{"a":"ä"}');
      assert.match(contentType ?? '', /^application\/json/);
      assert.equal(headers.get('color'), 'red');
    });

    test('messages that are sent one after the other arrive in that order', async () => {
      const texts = Array.from({ length: 20 }, (_, n) => `<n>${n}</n>`);
      for (const text of texts) await under.sender.send(outgoing(under.address, message(text, 'application/xml')));
      const seen: string[] = [];
      while (seen.length < texts.length) seen.push((await under.arrived()).text);
      assert.deepEqual(seen, texts);
    });

    test('many messages at once all arrive', async () => {
      const texts = Array.from({ length: 500 }, (_, n) => `t${n}`);
      await Promise.all(texts.map((text) => under.sender.send(outgoing(under.address, message(text, 'text/plain')))));
      const seen = new Set<string>();
      while (seen.size < texts.length) seen.add((await under.arrived()).text);
      assert.deepEqual([...seen].sort(), texts.sort());
    });

    test('a stateful artifact sends its token and key, and nothing once its term is lost', async () => {
      const fenced = (assertTerm: () => void, text: string): Message => {
        const fence = { artifact: 'task/t', assert: assertTerm, token: 7, key: 'run/1' };
        const made = new Message({
          body: Body.bytes(Buffer.from(text), 'text/plain'),
          conversation: { id: '1', operation: new Map(), fence },
        });
        made.properties.set('OUT_ONLY', 'true');
        return made;
      };
      const lost = fenced(() => {
        throw new Fault('TERM_LOST');
      }, 'lost');
      assert.equal((await faultOf(under.sender.send(outgoing(under.address, lost)))).code, 'TERM_LOST');
      await under.sender.send(
        outgoing(
          under.address,
          fenced(() => {}, 'held'),
        ),
      );
      const { text, headers } = await under.arrived();
      assert.equal(text, 'held');
      // Names of JMS properties have no hyphens.
      const named = new Map([...headers].map(([key, value]) => [key.replaceAll('_', '-'), value]));
      assert.equal(named.get('X-Fencing-Token'), '7');
      assert.equal(named.get('Idempotency-Key'), 'run/1');
    });

    test('a wrong password faults, and is not repeated', async (t) => {
      const { wrongPassword } = under;
      if (!wrongPassword) return t.skip('the server here knows no passwords');
      const fault = await faultOf(under.sender.send(outgoing(wrongPassword, message('x', 'text/plain'))));
      assert.equal(fault.code, 'CONNECTION_FAILED');
      assert.match(fault.message, /the login is refused/);
      assert.doesNotMatch(fault.describe(), /not-the-secret/);
    });

    test('a server that is not there faults, and may be tried again', async () => {
      const fault = await faultOf(under.sender.send(outgoing(under.nobody, message('x', 'text/plain'))));
      assert.equal(fault.code, 'CONNECTION_FAILED');
      assert.equal(fault.retry, 'again');
    });

    test('an answer comes back to the message that asked', async (t) => {
      const { asking } = under;
      if (!asking) return t.skip('the protocol knows no answers');
      const ask = message('question', 'text/plain');
      ask.properties.delete('OUT_ONLY');
      const [reply] = await Promise.all([under.sender.send(outgoing(asking.address, ask)), asking.answer('answer')]);
      assert.equal(reply?.body.text(), 'answer');
      assert.equal(reply.direction, 'response');
    });

    test('an answer that does not come is a time-out', async (t) => {
      const { asking } = under;
      if (!asking) return t.skip('the protocol knows no answers');
      const ask = message('question', 'text/plain');
      ask.properties.delete('OUT_ONLY');
      asking.limit(ask, 100);
      const fault = await faultOf(under.sender.send(outgoing(asking.address, ask)));
      assert.equal(fault.code, 'CONNECTION_TIMEOUT');
      assert.match(fault.message, /100 ms/);
    });
  });
}
