/**
 * How long artifacts are without a holder, between three real processes:
 *   exit      SIGKILL, and the parent, which sees the exit, revokes at once (with the arbiter in the parent only)
 *   silent    SIGKILL, and nobody says so: the lease has to run out
 *   frozen    SIGSTOP
 *   graceful  SIGTERM
 *   move      one artifact, asked for as gantry move does
 *
 * node bench/failover/failover.ts [--times 20] [--artifacts 6] [--only silent,frozen]
 *                                 [--arbiter ADDRESS]   of openArbiter; the parent's memory when left out
 *                                 [--renew loop|thread] with an address: who renews the leases
 */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { askMove, revokeNow } from '../../src/coordination/index.ts';
import { Fleet, type Replica } from './fleet.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '20' },
    artifacts: { type: 'string', default: '6' },
    only: { type: 'string' },
    arbiter: { type: 'string' },
    renew: { type: 'string', default: 'loop' },
  },
});
const times = Number(values.times);
const { signal } = new AbortController();
await using fleet = await Fleet.open({ address: values.arbiter, artifacts: values.artifacts, renew: values.renew });
const { arbiter } = fleet;

const strikes: Readonly<Record<string, (replica: Replica) => void>> = {
  exit: ({ child, boots }) => {
    child.once('exit', () => {
      for (const boot of boots) void revokeNow(arbiter, boot, 'its process has ended', signal);
    });
    child.kill('SIGKILL');
  },
  silent: ({ child }) => void child.kill('SIGKILL'),
  frozen: ({ child }) => void child.kill('SIGSTOP'),
  graceful: ({ child }) => void child.kill('SIGTERM'),
};

const possible = [...Object.keys(strikes).filter((name) => name !== 'exit' || values.arbiter === undefined), 'move'];
const wanted = values.only?.split(',') ?? possible;
const pods = ['pod-1', 'pod-2', 'pod-3'];
await Promise.all(pods.map((pod) => fleet.start(pod)));
// Until the work is even, and nothing moves any more by itself.
await sleep(2_500);
for (const name of wanted) {
  if (!possible.includes(name)) throw new Error(`there is no ${name} here; there are ${possible.join(', ')}`);
  const figures: number[] = [];
  for (let i = 0; i < times; i++) figures.push(await (name === 'move' ? move(i) : strike(strikes[name]!)));
  figures.sort((a, b) => a - b);
  const at = (share: number): string => figures[Math.ceil(share * figures.length) - 1]!.toFixed(0);
  console.log(
    `${name.padEnd(9)} n=${times}  p50 ${at(0.5)} ms  p90 ${at(0.9)} ms  p99 ${at(0.99)} ms  max ${at(1)} ms` +
      `  load ${loadavg()[0]!.toFixed(1)}`,
  );
}

/** Milliseconds until everything the replica with most held has begun elsewhere. */
async function strike(how: (replica: Replica) => void): Promise<number> {
  const pod = fleet.busiest(pods);
  const replica = fleet.replica(pod);
  // At no particular time in the round of renewals.
  await sleep(Math.random() * 300);
  const took = await fleet.until(fleet.heldBy(pod), () => how(replica));
  await fleet.kill(pod);
  await fleet.start(pod);
  await sleep(1_500);
  return took;
}

/** Milliseconds from asking until the artifact has begun where it was asked to be. */
async function move(round: number): Promise<number> {
  const artifact = `task/${round % Number(values.artifacts)}`;
  const target = pods.find((pod) => !fleet.heldBy(pod).includes(artifact))!;
  await sleep(Math.random() * 300);
  return fleet.until([artifact], () => void askMove(arbiter, artifact, target, signal));
}
