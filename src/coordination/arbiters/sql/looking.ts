import { setTimeout as sleep } from 'node:timers/promises';
import { Lane } from './lane.ts';
import { table, type Server } from './server.ts';
import { newsOf } from './version.ts';

/** Rises with the number of records, so that all members together ask at most 400 times a second. */
const lookEveryMs = (records: number): number => Math.min(100, Math.max(25, records * 2.5));
/** A look that takes longer takes its connection with it. */
const patienceMs = 350;

/** Looks at the versions again and again, over a connection of its own; versions say whether there is news. */
export function watchByLooking(server: Server, deployment: string, wake: () => void): () => void {
  const life = new AbortController();
  void lookUntil(life.signal, server, deployment, () => !life.signal.aborted && wake());
  return () => life.abort();
}

/** Does not reject: watching only wakes, and the calls that follow will say what is wrong. */
async function lookUntil(end: AbortSignal, server: Server, deployment: string, wake: () => void): Promise<void> {
  const lane = new Lane(server);
  let last: string | undefined;
  let records = 0;
  while (!end.aborted) {
    try {
      const signal = AbortSignal.any([end, AbortSignal.timeout(patienceMs)]);
      const { rows } = await lane.run(signal, (session) =>
        session.ask(`SELECT version FROM ${table} WHERE deployment = ?`, [deployment]),
      );
      const seen = rows
        .map(({ version }) => newsOf(version))
        .sort()
        .join();
      if (seen !== last) wake();
      last = seen;
      records = rows.length;
    } catch {
      // What happened while nobody could look may be news.
      last = undefined;
    }
    await sleep(lookEveryMs(records), undefined, { signal: end }).catch(() => {});
  }
  await lane.close();
}
