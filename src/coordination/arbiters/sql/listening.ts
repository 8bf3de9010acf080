import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from './server.ts';

/** Watchers listen here; the payload is a deployment. */
export const channel = 'gantry_coordination';

export interface Listens {
  /** Opens a connection that hears what is told on the channels it listens to; `gone` aborts when it has ended. */
  listen(
    signal: AbortSignal,
    heard: (payload: string | undefined) => void,
  ): Promise<Session & { readonly gone: AbortSignal }>;
}

/** How long a connection may take to be made, and to show that it lives. */
const patienceMs = 1_000;
/** A connection over which nothing is told may have died unnoticed. */
const pulseMs = 5_000;
const againMs = 100;

/** Listens on a connection of its own; after each new one somebody has to look, for what was told meanwhile is lost. */
export function watchByListening(server: Listens, deployment: string, wake: () => void): () => void {
  const life = new AbortController();
  void listenUntil(life.signal, server, deployment, () => !life.signal.aborted && wake());
  return () => life.abort();
}

/** Does not reject: watching only wakes, and the calls that follow will say what is wrong. */
async function listenUntil(end: AbortSignal, server: Listens, deployment: string, wake: () => void): Promise<void> {
  while (!end.aborted) {
    try {
      const session = await server.listen(AbortSignal.any([end, AbortSignal.timeout(patienceMs)]), (told) => {
        if (told === deployment) wake();
      });
      const cut = (): void => session.destroy();
      end.addEventListener('abort', cut, { once: true });
      try {
        await answered(session.ask(`LISTEN ${channel}`, []), cut);
        wake();
        while (session.alive) {
          await sleep(pulseMs, undefined, { signal: session.gone });
          await answered(session.ask('SELECT 1', []), cut);
        }
      } finally {
        end.removeEventListener('abort', cut);
        cut();
      }
    } catch {
      await sleep(againMs, undefined, { signal: end }).catch(() => {});
    }
  }
}

async function answered(answer: Promise<unknown>, cut: () => void): Promise<void> {
  const late = setTimeout(cut, patienceMs);
  await answer.finally(() => clearTimeout(late));
}
