import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { askDrain, askMove, endDrain, type Arbiter } from '../../../src/coordination/index.ts';
import { memberKey } from '../../../src/coordination/records.ts';
import type { Backing } from '../arbiters/backing.ts';
import type { Trouble } from '../arbiters/gate.ts';
import type { Fleet } from '../fleet.ts';
import type { FaultDone, History } from '../history.ts';
import { now } from '../now.ts';
import type { PlannedFault } from '../plan.ts';
import type { ChaosReplica } from '../replica.ts';
import type { Fault } from './fault.ts';

export interface Field {
  readonly fleet: Fleet;
  readonly backing: Backing;
  readonly history: History;
}

/** What a person or another program asks of the arbiter is given up after that long. */
const askMs = 2_000;

/** Does it, and resolves when its cause is gone. */
export async function strike({ fault, how }: PlannedFault, field: Field): Promise<void> {
  const { history, fleet } = field;
  const from = now();
  const target = 'slot' in fault ? fleet.at(fault.slot) : undefined;
  const isOfAll = !('slot' in fault) && fault.kind !== 'roll';
  const done: FaultDone = { fault, how, from, to: from, hit: isOfAll ? 'all' : target ? [target.id] : [] };
  if ('slot' in fault && !target) {
    history.faults.push({ ...done, skipped: 'the slot was empty' });
    return;
  }
  const needsGate = ['freeze', 'cut', 'slow', 'lose'].includes(fault.kind);
  if (needsGate && fleet.alive.some(({ connection }) => !connection.gate)) {
    history.faults.push({ ...done, skipped: 'nothing can stand between a replica and this arbiter' });
    return;
  }
  history.faults.push(done);
  await doIt(fault, target!, done, field);
  done.to = now();
}

async function doIt(fault: Fault, target: ChaosReplica, done: FaultDone, field: Field): Promise<void> {
  const { fleet, backing } = field;
  switch (fault.kind) {
    case 'kill':
    case 'vanish':
      target.downMs = fault.downMs;
      target.kill(fault.kind === 'kill' ? 'seen' : 'unseen');
      return target.ended;
    case 'stop':
      target.downMs = fault.downMs;
      return target.stop();
    case 'pause':
      target.pause();
      await sleep(fault.forMs);
      return target.resume();
    case 'freeze':
      return during(fault.forMs, backing.gates.freeze());
    case 'cut':
      return trouble(target, { kind: 'cut' }, fault.forMs);
    case 'lose':
      return trouble(target, { kind: 'mute' }, fault.forMs);
    case 'slow':
      return trouble(target, { kind: 'slow', delayMs: fault.delayMs }, fault.forMs);
    case 'hog':
      return hog(fault.forMs);
    case 'clock':
      target.setClock(fault.byMs);
      return during(fault.forMs, () => target.setClock(0));
    case 'delete':
      // Those of processes that were there before it in that pod, too.
      done.hit = field.history.processes.filter(({ pod }) => pod === target.pod).map(({ id }) => id);
      return deleteRecord(backing.arbiter, target.pod);
    case 'drain': {
      const key = `pod/${target.pod}` as const;
      const drained = { at: Date.now(), by: 'chaos' };
      await askDrain(backing.arbiter, key, drained, AbortSignal.timeout(askMs));
      await sleep(fault.forMs);
      return void (await endDrain(backing.arbiter, key, AbortSignal.timeout(askMs)));
    }
    case 'move': {
      const { key } = field.history.tasks[fault.artifact % field.history.tasks.length]!;
      return void (await askMove(backing.arbiter, key, target.pod, AbortSignal.timeout(askMs)));
    }
    case 'roll':
      return roll(fleet, done);
  }
}

function trouble(target: ChaosReplica, what: Trouble, forMs: number): Promise<void> {
  return during(forMs, target.connection.gate!.begin(what));
}

async function during(forMs: number, end: () => void): Promise<void> {
  await sleep(forMs);
  end();
}

/** Two for each core: so that a replica gets a third of one at best. */
async function hog(forMs: number): Promise<void> {
  const program = `const end = Date.now() + ${forMs}; while (Date.now() < end);`;
  const hogs = Array.from({ length: 2 * availableParallelism() }, () =>
    spawn(process.execPath, ['--eval', program], { stdio: 'ignore' }),
  );
  await Promise.all(hogs.map((child) => once(child, 'exit')));
}

async function deleteRecord(arbiter: Arbiter, pod: string): Promise<void> {
  const signal = AbortSignal.timeout(askMs);
  const { members } = await arbiter.snapshot({ signal });
  for (const { value, version } of members)
    if (value.pod === pod && value.state !== 'revoked') await arbiter.remove(memberKey(value.boot), version, signal);
}

/** As a Deployment does it, with one more at a time. A slot that is empty at its turn is left to its restart. */
async function roll(fleet: Fleet, done: FaultDone): Promise<void> {
  for (let slot = 0; slot < fleet.slots; slot++) {
    const old = fleet.at(slot);
    if (!old) continue;
    const successor = await fleet.prepare(slot);
    done.hit = [...(done.hit as readonly string[]), old.id, successor.id];
    await successor.ready;
    if (fleet.at(slot) !== old || !successor.running) {
      await successor.stop();
      continue;
    }
    fleet.put(slot, successor);
    await old.stop();
  }
}
