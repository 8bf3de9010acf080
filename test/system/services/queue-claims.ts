import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Consuming } from '../../conformance/consuming.ts';
import type { InboundUnderTest } from '../../conformance/inbound.ts';
import { untouchable } from './brokers.ts';

export interface QueueUnderTest {
  /** A queue of its own for each test; parameters of the inbound endpoint may be others. */
  open(change?: Readonly<Record<string, string>>): Promise<InboundUnderTest>;
  /** Names of the parameters that log in. */
  readonly login: { readonly user: string; readonly password: string };
}

/** What a queue promises whose broker keeps account of each message: done, or not. */
export function queueClaims({ open, login }: QueueUnderTest): void {
  test('what was in hand while the lease was renewed too late comes again', async (t) => {
    const under = await open();
    const consuming = await Consuming.start(t, under);
    await under.send(['one']);
    const held = await consuming.next();
    const late = t.mock.method(consuming.term, 'valid', () => false);
    held.finish('done');
    assert.match(await consuming.untilWaiting(), /renewed too late/);
    late.mock.restore();
    await under.send(['two']);
    assert.deepEqual(await consuming.takeUntil('two'), ['one', 'two']);
  });

  test('what was done before the broker was killed is not done again', { skip: untouchable }, async (t) => {
    const under = await open();
    const consuming = await Consuming.start(t, under);
    const sent = Array.from({ length: 500 }, (_, n) => `message ${n}`);
    await under.send([...sent, 'held']);
    await consuming.takeAll(sent.length);
    await consuming.next();
    await under.server!.stop();
    await under.server!.start();
    await consuming.untilRunning();
    await under.send(['last']);
    assert.deepEqual(await consuming.takeUntil('last'), ['held', 'last']);
  });

  test('a refused login is told with its parameters, and without the password', async (t) => {
    const under = await open({ [login.password]: 'not-the-secret' });
    const reason = await (await Consuming.start(t, under, { connected: false })).untilWaiting();
    assert.ok(reason.includes(`the login is refused (${login.user}`), reason);
    assert.doesNotMatch(reason, /not-the-secret/);
  });
}
