import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShape } from '../../artifacts/parameters.ts';
import { VirtualClock } from '../../clock.ts';
import type { Taken } from '../../engine/ports.ts';
import { tryTerm } from '../../engine/try-out.ts';
import { silentLogger } from '../../log.ts';
import { emptyEnvironment } from '../../message/environment.ts';
import type { Message } from '../../message/message.ts';
import { classConsumer } from './inbound.ts';
import type { InboundClass, InboundContext, InboundInstance } from './spi.ts';

const at = { file: 'inbound.xml', line: 1, column: 1 };

interface Tried {
  readonly clock: VirtualClock;
  readonly taken: Message[];
  readonly standing: () => string;
  handOver(): void;
  lose(): void;
  readonly ended: Promise<void>;
}

function run(
  instance: InboundInstance | (() => InboundInstance),
  parameters: Readonly<Record<string, string>>,
  take: (message: Message, signal: AbortSignal) => Promise<Taken['outcome']> = async () => 'done',
): Tried {
  const Made = function (): InboundInstance {
    return typeof instance === 'function' ? instance() : instance;
  } as unknown as InboundClass;
  const kind = classConsumer(async () => Made);
  const { config } = readShape(kind.parameters, new Map(Object.entries(parameters)), { what: 'It', at });
  const clock = new VirtualClock(0, new Date(2026, 10, 21, 9, 0, 0).getTime());
  const term = tryTerm('inboundEndpoint/Mine', 7);
  const taken: Message[] = [];
  let standing = '';
  const consume = kind.consume(config!, {
    name: 'Mine',
    at,
    intake: {
      origin: 'inboundEndpoint Mine',
      async take(message, { signal }) {
        taken.push(message);
        return { outcome: await take(message, signal) };
      },
    },
    environment: emptyEnvironment,
    clock,
    log: silentLogger,
    standing: { running: () => (standing = 'running'), waiting: (reason) => (standing = reason) },
    shared: false,
  });
  return {
    clock,
    taken,
    standing: () => standing,
    handOver: () => term.handOver(),
    lose: () => term.lose(),
    ended: consume(term),
  };
}

test('a polling class is asked each interval and its messages carry what the term gives', async () => {
  let polls = 0;
  const tried = run(
    {
      async poll({ inject, parameters, token }) {
        polls++;
        assert.deepEqual([parameters['limit'], token], ['5', 7]);
        await inject({ json: { polls } }, { headers: { 'X-Poll': String(polls) }, key: String(polls) });
      },
    },
    { 'inbound.behavior': 'polling', interval: '100', limit: '5' },
  );
  await tried.clock.advance(0);
  await tried.clock.advance(250);
  assert.equal(polls, 3);
  const [first] = tried.taken;
  assert.deepEqual(first!.body.json(), { polls: 1 });
  assert.equal(first!.headers.get('x-poll'), '1');
  assert.deepEqual([first!.conversation.fence!.key, first!.conversation.fence!.token], ['Mine/1', 7]);
  assert.equal(first!.properties.get('inbound.endpoint.name'), 'Mine');
  tried.handOver();
  await tried.ended;
});

test('cronExpression says when it is polled', async () => {
  let polls = 0;
  const tried = run({ poll: () => void polls++ }, { cronExpression: '0 0/5 * * * ?' });
  await tried.clock.advance(299_000);
  assert.equal(polls, 0);
  await tried.clock.advance(1_000);
  assert.equal(polls, 1);
  await tried.clock.advance(300_000);
  assert.equal(polls, 2);
  tried.handOver();
  await tried.ended;
});

test('a poll that fails is said and the next one comes in its time', async () => {
  let polls = 0;
  const tried = run(
    {
      poll() {
        if (++polls === 1) throw new Error('the lottery is closed');
      },
    },
    { interval: '100' },
  );
  await tried.clock.advance(0);
  assert.match(tried.standing(), /the lottery is closed/);
  await tried.clock.advance(100);
  assert.deepEqual([polls, tried.standing()], [2, 'running']);
  tried.handOver();
  await tried.ended;
});

test('a class that cannot begin is begun again with a pause', async () => {
  let made = 0;
  const tried = run(
    () => ({
      init() {
        if (++made < 3) throw new Error('the server is away');
      },
      listen() {},
    }),
    { 'inbound.behavior': 'eventBased' },
  );
  await tried.clock.advance(0);
  assert.match(tried.standing(), /the server is away/);
  assert.equal(made, 1);
  await tried.clock.advance(10_000);
  assert.deepEqual([made, tried.standing()], [3, 'running']);
  tried.handOver();
  await tried.ended;
});

test('a hand-over lets what was injected finish before the class is closed', async () => {
  const go = Promise.withResolvers<void>();
  const said: string[] = [];
  let context: InboundContext | undefined;
  const tried = run(
    {
      listen(given) {
        context = given;
        void given.inject({ text: 'hello' }).then((outcome) => said.push(`${outcome} ${given.mayAcknowledge()}`));
      },
      close: () => void said.push('closed'),
    },
    { 'inbound.behavior': 'eventBased' },
    async () => {
      await go.promise;
      return 'done';
    },
  );
  await tried.clock.advance(0);
  assert.equal(tried.taken.length, 1);
  tried.handOver();
  assert.equal(context!.signal.aborted, true);
  go.resolve();
  await tried.ended;
  assert.deepEqual(said, ['done true', 'closed']);
});

test('losing the term aborts what was injected, and nothing may be acknowledged or injected after', async () => {
  let context: InboundContext | undefined;
  const outcome = Promise.withResolvers<string>();
  const tried = run(
    {
      listen(given) {
        context = given;
        void given.inject({ xml: '<a/>' }).then((how) => outcome.resolve(`${how} ${given.mayAcknowledge()}`));
      },
    },
    { 'inbound.behavior': 'eventBased' },
    (_message, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('rollback'))),
  );
  await tried.clock.advance(0);
  tried.lose();
  assert.equal(await outcome.promise, 'rollback false');
  await tried.ended;
  await assert.rejects(context!.inject({ text: 'late' }), { code: 'TERM_LOST' });
});
