/** What happens to pods: their programs are killed, as by a crash. Faults of nodes are in ../node-faults.ts. */
import type { ApiObject } from '../api.ts';
import { isReady, podOf, processOf } from '../deployed.ts';
import type { Deployed, Page } from './page.ts';

/** Kills of a pod in each section; more for a figure worth quoting. */
export const kills: number = Number(process.env['PAGE_KILLS'] ?? 3);

/** The pod of that boot id, or of that name. */
export async function podNamed(deployed: Deployed, bootOrName: string): Promise<ApiObject> {
  const pods = await deployed.pods();
  const found = pods.find(({ metadata: { name } }) => name === bootOrName || name === podOf(bootOrName));
  if (found === undefined) throw new Error(`there is no pod ${bootOrName}`);
  return found;
}

/** Kills a pod's program as a crash would; false where its process is not one of this machine's. */
export function kill(pod: ApiObject): boolean {
  const pid = processOf(pod.metadata.uid!);
  if (pid === undefined) return false;
  process.kill(pid, 'SIGKILL');
  return true;
}

/**
 * Kills the holder of an artifact again and again; resolves to the milliseconds until another process held it, or to
 * undefined where pods' processes are not this machine's.
 */
export async function killHolders(
  { api }: Page,
  deployed: Deployed,
  artifact: string,
  pods: number,
): Promise<readonly number[] | undefined> {
  const took: number[] = [];
  for (let n = 0; n < kills; n++) {
    await deployed.ready(pods);
    const boot = (await deployed.allHeld())[artifact]!;
    const pod = await podNamed(deployed, boot);
    const began = performance.now();
    if (!kill(pod)) return undefined;
    await deployed.takenFrom(boot, artifact);
    took.push(performance.now() - began);
    // A container that ends again and again is started ever later: another pod for the next time.
    await api.until(
      'its container is up again',
      () => podNamed(deployed, pod.metadata.name),
      (now) => now['status'].containerStatuses[0].restartCount > 0 && isReady(now),
    );
    await deployed.remove(pod.metadata.name);
  }
  return took;
}
