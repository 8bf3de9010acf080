/** A process that holds artifacts and tells its parent when each term begins and ends. */
import { connectArbiter, Member, processChannel, type Term } from '../../src/coordination/index.ts';

const [pod, count] = process.argv.slice(2) as [string, string];
const tell = (message: object): void => void process.send?.(message, undefined, undefined, () => {});

const member = new Member({
  arbiter: connectArbiter(processChannel(process)),
  pod,
  node: pod,
  expect: 3,
  artifacts: Array.from({ length: Number(count) }, (_, i) => ({
    key: `task/${i}`,
    async run(term: Term): Promise<void> {
      tell({ began: term.artifact, pod });
      await new Promise<void>((resolve) => term.signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  })),
});

process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => {
  void member.stop({ deadlineMs: 2_000 }).then(() => process.exit(0));
});
await member.start();
tell({ joined: pod, boot: member.boot });
