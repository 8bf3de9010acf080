/** A process that holds what it is given, and tells its parent all that happens to it: POD ADDRESS DEPLOYMENT */
import { systemClock } from '../../../src/clock.ts';
import { Member, type CoordinationEvent, type Term } from '../../../src/coordination/index.ts';
import { openArbiter } from '../../../src/coordination/open-arbiter.ts';
import { silentLogger } from '../../../src/log.ts';

/** Times are of the machine's monotonic clock, which all processes share. */
export type Told =
  | { readonly what: 'began' | 'ended'; readonly artifact: string; readonly token: number; readonly at: number }
  | { readonly what: 'renewed' }
  | { readonly what: 'event'; readonly event: CoordinationEvent };

export const artifacts: readonly string[] = Array.from({ length: 6 }, (_, n) => `task/${n}`);

if (import.meta.main) {
  const [pod, address, deployment] = process.argv.slice(2) as [string, string, string];
  const tell = (told: Told): void => void process.send?.(told, undefined, undefined, () => {});
  const arbiter = await openArbiter(address, { deployment, log: silentLogger });
  const member = new Member({
    arbiter,
    pod,
    node: pod,
    expect: 3,
    onEvent: (event) => tell({ what: 'event', event }),
    onRenewal: (accepted) => accepted && tell({ what: 'renewed' }),
    artifacts: artifacts.map((key) => ({
      key,
      async run({ artifact, token, signal }: Term): Promise<void> {
        tell({ what: 'began', artifact, token, at: systemClock.monotonic() });
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        tell({ what: 'ended', artifact, token, at: systemClock.monotonic() });
      },
    })),
  });
  process.on('disconnect', () => process.exit(0));
  process.on('SIGTERM', () => {
    void member
      .stop({ deadlineMs: 2_000 })
      .then(() => arbiter.close())
      .then(() => process.exit(0));
  });
  await member.start();
}
