import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Member } from '../../../../coordination/member.ts';
import { openArbiter } from '../../../../coordination/open-arbiter.ts';
import { foundAssignment } from '../../../../coordination/revoke-now.ts';
import type { ArbitratedStatus } from '../../../../deploy/arbitrated.ts';
import { silentLogger } from '../../../../log.ts';
import { parseLine } from '../../options.ts';
import { arbitratedOptions } from './arbiter.ts';
import { runDrain, runUndrain } from './drain.ts';
import { runMove } from './move.ts';
import { runPs } from './ps.ts';

type Line = (...args: string[]) => ReturnType<typeof parseLine>;

/** Two members with an arbiter in a file, as processes elsewhere would be: the commands know nothing of them but that. */
async function elsewhere(run: (line: Line) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-test-'));
  const address = `sqlite:${join(folder, 'arbiter.db')}`;
  const arbiter = await openArbiter(address, { deployment: 'my-orders', log: silentLogger });
  await foundAssignment(arbiter, Date.now(), AbortSignal.timeout(1_000));
  const held = Promise.withResolvers<void>();
  let count = 0;
  const members = [1, 2].map(
    (n) =>
      new Member({
        arbiter,
        pod: `pod-${n}`,
        node: `rack-${n}`,
        expect: 2,
        artifacts: ['task/a', 'task/b'].map((key) => ({
          key,
          async run(term) {
            await term.claim(Date.UTC(2026, 0, 5, 9, 30));
            if (++count === 2) held.resolve();
          },
        })),
      }),
  );
  const line: Line = (...args) =>
    parseLine([...args, '--arbiter', address, '--deployment', 'My Orders'], arbitratedOptions);
  try {
    await Promise.all(members.map((member) => member.start()));
    await held.promise;
    await run(line);
  } finally {
    await Promise.all(members.map((member) => member.stop()));
    await arbiter.close();
    rmSync(folder, { recursive: true });
  }
}

test('a deployment elsewhere is shown, drained and rearranged through its arbiter alone', async () => {
  await elsewhere(async (line) => {
    const text = (await runPs(line())).output;
    assert.match(text, /^my-orders: 2 members, 2 of 2 artifacts held\. Looked at for \d+ ms/);
    assert.match(text, /^rack-1 +pod-1 +active +1 +1200 ms +\d{4}-\d\d-\d\d /m);
    assert.match(text, /^task\/a +pod-\d +\d+ +[-\d]+ [:\d]+ +start +1 +2026-01-05 09:30:00 +\S/m);

    const drained = await runDrain(line('rack-1'));
    assert.match(drained.output, /^rack-1 is drained: 1 artifact moved in \d+ ms/);
    const status = JSON.parse((await runPs(line('--format', 'json'))).output) as ArbitratedStatus;
    assert.deepEqual(status.drained, ['node/rack-1']);
    assert.deepEqual(
      status.members.map(({ pod, state, drained: is, holds }) => [pod, state, is, holds]),
      [
        ['pod-1', 'active', true, 0],
        ['pod-2', 'active', false, 2],
      ],
    );
    const moved = status.artifacts.find(({ by }) => by === 'drain')!;
    assert.deepEqual([moved.holder, moved.runs, moved.lastRun], ['pod-2', 1, Date.UTC(2026, 0, 5, 9, 30)]);

    const refused = await runMove(line('a', 'pod-1'));
    assert.match(refused.error ?? '', /^NOT_POSSIBLE task\/a cannot move: pod-1 is not a live member that can hold/);
    assert.equal((await runUndrain(line('rack-1'))).output, 'rack-1 may take work again\n');
    assert.match((await runMove(line('a', 'pod-1'))).output, /^a runs on pod-1 \(token \d+, \d+ ms\)$/m);
  });
});

test('a deployment that the arbiter does not know, and an address that means nothing, are told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-test-'));
  const at = (...args: string[]): ReturnType<typeof parseLine> => parseLine(args, arbitratedOptions);
  const file = `sqlite:${join(folder, 'arbiter.db')}`;
  const nobody = await runPs(at('--arbiter', file, '--deployment', 'nobody', '--format', 'json'));
  assert.equal(nobody.exitCode, 1);
  assert.match(nobody.output, /"error":"NOT_FOUND","message":"The arbiter knows no deployment \\"nobody\\"/);
  const wrong = runPs(at('--arbiter', 'zookeeper:2181', '--deployment', 'x'));
  await assert.rejects(wrong, { name: 'UsageError', message: /"zookeeper" names no arbiter/ });
  await assert.rejects(runPs(at('--arbiter', file)), { name: 'UsageError', message: /needs --deployment/ });
  await assert.rejects(runPs(at('--deployment', 'x')), {
    name: 'UsageError',
    message: /goes with --namespace, --context or --arbiter/,
  });
  rmSync(folder, { recursive: true });
});
