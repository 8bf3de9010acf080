/** A member in a process of its own, that tells its parent what happens to it: POD DEPLOYMENT ARTIFACTS MEMBERS */
import { Member, type Term } from '../../../src/coordination/index.ts';
import { openArbiter } from '../../../src/coordination/open-arbiter.ts';
import { silentLogger } from '../../../src/log.ts';
import type { Told } from './replicas.ts';

const [pod, deployment, count, members] = process.argv.slice(2) as [string, string, string, string];
const tell = (told: Told): void => void process.send?.(told, undefined, undefined, () => {});

const member = new Member({
  arbiter: await openArbiter('kubernetes', { deployment, log: silentLogger }),
  pod,
  node: pod,
  expect: Number(members),
  artifacts: Array.from({ length: Number(count) }, (_, i) => ({
    key: `task/${i}`,
    async run(term: Term): Promise<void> {
      tell({ what: 'began', artifact: term.artifact, token: term.token });
      await new Promise<void>((resolve) => term.signal.addEventListener('abort', () => resolve(), { once: true }));
      tell({ what: 'ended', artifact: term.artifact, token: term.token });
    },
  })),
  onEvent: ({ type }) => tell({ what: 'event', type }),
  onRenewal: (accepted) => tell({ what: accepted ? 'renewed' : 'not renewed' }),
});

process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => {
  void member.stop({ deadlineMs: 2_000 }).then(() => process.exit(0));
});
await member.start();
