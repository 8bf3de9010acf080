/** A process that holds its share of many artifacts and tells its parent, in batches, which terms began and ended. */
import { connectArbiter, Member, processChannel, type Term } from '../../src/coordination/index.ts';

const [pod, count, members] = process.argv.slice(2) as [string, string, string];
const changed = new Map<string, boolean>();
let told: NodeJS.Immediate | undefined;

function tell(artifact: string, held: boolean): void {
  changed.set(artifact, held);
  told ??= setImmediate(() => {
    told = undefined;
    process.send?.({ pod, changed: [...changed] }, undefined, undefined, () => {});
    changed.clear();
  });
}

const member = new Member({
  arbiter: connectArbiter(processChannel(process)),
  pod,
  node: pod,
  expect: Number(members),
  artifacts: Array.from({ length: Number(count) }, (_, i) => ({
    key: `task/${i}`,
    async run(term: Term): Promise<void> {
      tell(term.artifact, true);
      await new Promise<void>((resolve) => term.signal.addEventListener('abort', () => resolve(), { once: true }));
      tell(term.artifact, false);
    },
  })),
});

process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => {
  void member.stop({ deadlineMs: 5_000 }).then(() => process.exit(0));
});
await member.start();
