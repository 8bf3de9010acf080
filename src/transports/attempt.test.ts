import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock.ts';
import type { Taken } from '../engine/ports.ts';
import { tryTerm } from '../engine/try-out.ts';
import { Fault } from '../errors.ts';
import { Body } from '../message/body.ts';
import { Message } from '../message/message.ts';
import { attempt } from './attempt.ts';

function setting(outcomes: readonly Taken[]) {
  const [clock, term] = [new VirtualClock(), tryTerm('inboundEndpoint/readings')];
  const left = [...outcomes];
  const made: Message[] = [];
  const intake = { origin: 'a test', take: async () => left.shift()! };
  const message = (): Message => {
    made.push(new Message({ body: Body.bytes(Buffer.from('21.5'), 'text/plain') }));
    return made.at(-1)!;
  };
  const run = (): Promise<Taken | undefined> =>
    attempt(message, { intake, clock, term }, { signal: new AbortController().signal });
  return { clock, term, made, run };
}

const doubted: Taken = { outcome: 'rollback', fault: new Fault('TERM_LOST') };

test('a message whose flow was stopped by a doubt that passed goes through it again, as a new one', async () => {
  const { clock, term, made, run } = setting([doubted, { outcome: 'done' }]);
  term.doubt();
  const running = run();
  await clock.advance(200);
  assert.equal(made.length, 1, 'nobody knows yet whether the term holds');
  term.renew();
  await clock.advance(200);
  assert.deepEqual(await running, { outcome: 'done' });
  assert.equal(new Set(made).size, 2);
});

test('a fault of the flow itself is an attempt', async () => {
  const failed: Taken = { outcome: 'rollback', fault: new Fault('CUSTOM', { text: 'no' }) };
  const { made, run } = setting([failed, { outcome: 'done' }]);
  assert.equal(await run(), failed);
  assert.equal(made.length, 1);
});

test('nothing is said of a message whose term is lost, though its flow was done', async () => {
  const { term, run } = setting([{ outcome: 'done' }]);
  const running = run();
  term.lose();
  assert.equal(await running, undefined);
});
