import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildBundle } from '../bundle.ts';
import { openAddressed } from './arbiters/addressed.ts';
import type { Backing } from './arbiters/backing.ts';
import { openEmbedded } from './arbiters/embedded.ts';
import { strike, type Field } from './faults/strike.ts';
import { Fleet } from './fleet.ts';
import { emptyHistory, type History } from './history.ts';
import { lookAtAssignment } from './look.ts';
import { now } from './now.ts';
import type { ChaosOptions } from './options.ts';
import { calmMs, planFaults, recoverMs, type PlannedFault } from './plan.ts';
import { tasksOf, writeProject } from './project.ts';
import { openResource } from './resource.ts';
import { termsOf } from './watch/terms.ts';

/** Longest time until the first replicas have started and given everything a holder. */
const startLimitMs = 30_000;

/** Starts a deployment in that folder, does to it what the seed says, and resolves to what was seen. */
export async function runChaos(options: ChaosOptions, folder: string): Promise<History> {
  const tasks = tasksOf(options.artifacts);
  const project = join(folder, 'project');
  writeProject(project, tasks);
  const product = await buildBundle(join(folder, 'product'));
  const history = emptyHistory(tasks, Date.now() - now());
  const backing = await openBacking(options, folder);
  const resource = await openResource((effect) => history.effects.push(effect));
  const fleet = new Fleet({
    product,
    project,
    folder,
    slots: options.replicas,
    backing,
    history,
    resource: (process) => resource.address(process),
  });
  const endAtOnce = (): void => fleet.kill();
  const onSignal = (): never => process.exit(130);
  process.once('exit', endAtOnce).once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const stopLooking = lookAtAssignment(backing.arbiter, history);
  try {
    await fleet.start();
    await untilHeld(history);
    await carryOut(options, { fleet, backing, history });
  } finally {
    stopLooking();
    await fleet.close();
    await resource.close();
    await backing.close();
    process.off('exit', endAtOnce).off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
  return history;
}

function openBacking({ arbiter, seed }: ChaosOptions, folder: string): Promise<Backing> {
  if (arbiter === 'embedded') return openEmbedded();
  return openAddressed(arbiter, `chaos-${seed}-${process.pid}`, folder);
}

async function untilHeld(history: History): Promise<void> {
  const limit = now() + startLimitMs;
  for (;;) {
    const terms = termsOf({ ...history, endedAt: now() });
    const held = history.tasks.filter(({ key }) => terms.get(key)?.at(-1)?.end === 'held');
    if (held.length === history.tasks.length) return;
    if (now() > limit) throw new Error(`only ${held.length} of ${history.tasks.length} artifacts have a holder`);
    await sleep(50);
  }
}

async function carryOut(options: ChaosOptions, field: Field): Promise<void> {
  const { history, fleet } = field;
  const { minutes, seed, replicas, artifacts, perMinute, wanted } = options;
  const lengthMs = minutes * 60_000;
  const plan = planFaults({ seed, lengthMs, slots: replicas, artifacts, perMinute, wanted });
  history.beganAt = now();
  // On a busy machine a fault takes longer to be over than was planned; everything after it then comes that much later.
  let lateMs = 0;
  const at = (ms: number): Promise<void> => sleep(Math.max(0, history.beganAt + ms + lateMs - now()));
  const underWay = new Set<Promise<void>>();
  const quiet = async (beforeMs: number): Promise<void> => {
    const from = now();
    await Promise.all(underWay);
    await fleet.full();
    const waitedMs = now() - from;
    if (waitedMs < 20) return;
    await sleep(beforeMs);
    lateMs += now() - from;
  };
  const steps: readonly (PlannedFault | { readonly atMs: number; readonly how: 'calm' })[] = [
    ...plan.faults,
    ...plan.calms.map((atMs) => ({ atMs, how: 'calm' }) as const),
  ].toSorted((a, b) => a.atMs - b.atMs);
  for (const step of steps) {
    await at(step.atMs);
    if (step.how !== 'storm') await quiet(step.how === 'calm' ? calmMs : recoverMs);
    if (step.how === 'calm') history.calms.push(now());
    else {
      const done = strike(step, field).finally(() => underWay.delete(done));
      underWay.add(done);
    }
  }
  await Promise.all(underWay);
  history.endedAt = now();
}

/** One JSON object, to judge it again later. */
export function saveHistory(history: History, folder: string): void {
  writeFileSync(join(folder, 'history.json'), JSON.stringify(history));
}

export function readHistory(file: string): History {
  return JSON.parse(readFileSync(file, 'utf8')) as History;
}
