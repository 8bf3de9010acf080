/**
 * A process that holds artifacts and tells its parent when each term begins: POD COUNT [ADDRESS DEPLOYMENT loop|thread]
 * Without an address its parent is the arbiter.
 */
import { systemClock } from '../../src/clock.ts';
import { connectArbiter, Member, processChannel, type Term } from '../../src/coordination/index.ts';
import { openArbiter } from '../../src/coordination/open-arbiter.ts';
import { RenewalThread } from '../../src/coordination/thread/renewal-thread.ts';
import { createLogger } from '../../src/log.ts';

const [pod, count, address, deployment, renew] = process.argv.slice(2) as [string, string, ...(string | undefined)[]];
const tell = (message: object): void => void process.send?.(message, undefined, undefined, () => {});
const log = createLogger({ level: 'ERROR', write: (line) => void process.stderr.write(line) });
const context = { deployment: deployment ?? '' };
const thread = address && renew === 'thread' ? new RenewalThread({ clock: systemClock, log }) : undefined;
if (address) thread?.reach({ at: 'address', address, context });

const member = new Member({
  arbiter: address ? await openArbiter(address, { ...context, log }) : connectArbiter(processChannel(process)),
  pod,
  node: pod,
  expect: 3,
  keepLease: thread?.keepLease,
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
