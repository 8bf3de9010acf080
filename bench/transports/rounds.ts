import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { BenchedTransport, Place } from './place.ts';
import { BareReplica, BenchProject, Deployment } from './running.ts';
import { Sink } from './sink.ts';

const run = promisify(execFile);
const command = process.env['SERVICES_COMMAND'];

/** What is done to whoever takes part, and brings it back. */
export type Trouble = 'replica killed' | 'server killed' | 'server paused';
export const troubles: readonly Trouble[] = ['replica killed', 'server killed', 'server paused'];

export function troubleMissing(trouble: Trouble): string | undefined {
  return trouble !== 'replica killed' && command === undefined
    ? 'SERVICES_COMMAND names nothing that kills and pauses servers'
    : undefined;
}

export interface Speed {
  readonly perSecond: number;
  /** By one second of the replica's CPU time. */
  readonly perCpuSecond: number;
  readonly residentMiB: number;
}

/** How quickly one replica takes what waits, its sequence doing nothing. */
export async function measureSpeed(transport: BenchedTransport, messages: number): Promise<Speed> {
  await using place = disposable(await transport.open());
  using project = new BenchProject(place, undefined);
  if (transport.consumerFirst) await visit(project);
  await place.fill(0, messages, 1_024);
  await using replica = await BareReplica.start(project.folder);
  // Its first messages are slower: code is compiled.
  const warm = messages / 5;
  let begun = await replica.figures();
  while (begun.taken < warm) begun = await afterAWhile(replica);
  const from = performance.now();
  let now = begun;
  while (now.taken < messages) now = await afterAWhile(replica);
  const seconds = (performance.now() - from) / 1_000;
  const taken = now.taken - begun.taken;
  return {
    perSecond: taken / seconds,
    perCpuSecond: taken / (now.cpuSeconds - begun.cpuSeconds),
    residentMiB: now.residentMiB,
  };
}

/** A consumer that was there once: from then on the server keeps messages for it. */
async function visit(project: BenchProject): Promise<void> {
  await using replica = await BareReplica.start(project.folder);
  while (!(await replica.isReady())) await wait(50);
}

async function afterAWhile(replica: BareReplica): Promise<Awaited<ReturnType<BareReplica['figures']>>> {
  await wait(50);
  return replica.figures();
}

export interface Loss {
  readonly lost: number;
  readonly duplicates: number;
}

/** Messages go through a deployment of two replicas to a sink; when a third came, something happens. */
export async function measureLoss(transport: BenchedTransport, trouble: Trouble, messages: number): Promise<Loss> {
  await using place = disposable(await transport.open());
  await using sink = await Sink.open();
  using project = new BenchProject(place, sink.url);
  if (transport.consumerFirst) await visit(project);
  await using deployment = await Deployment.start(project.folder, 2);
  // The server may be away while it is filled: what it did not confirm is not counted as sent.
  const filling = place.fill(0, messages, 1_024);
  await sink.until(messages / 3, 30_000);
  if (trouble === 'replica killed') await deployment.killHolder();
  if (trouble === 'server killed') {
    await filling;
    await service('kill', transport);
    await wait(1_000);
    await service('up', transport);
  }
  if (trouble === 'server paused') {
    await service('pause', transport);
    await wait(3_000);
    await service('resume', transport);
  }
  await filling;
  await sink.until(messages, 60_000);
  // Repetitions come a little later.
  await wait(2_000);
  return { lost: messages - sink.distinct, duplicates: sink.duplicates };
}

async function service(what: string, { service: name }: BenchedTransport): Promise<void> {
  await run(command!, [what, name]);
}

export interface Sharing {
  /** Between the replica that took most and the one that took least, of the mean. */
  readonly spreadPercent: number;
  readonly loss: Loss;
  /** Milliseconds from the kill of one of three until all that was sent then had come. */
  readonly takeoverMs: number;
}

/** Three replicas share; then one is killed. */
export async function measureSharing(transport: BenchedTransport, messages: number): Promise<Sharing> {
  await using place = disposable(await transport.open());
  await using sink = await Sink.open();
  using project = new BenchProject(place, sink.url, { scale: 'shared', 'session.timeout.ms': '6000' });
  await using first = await BareReplica.start(project.folder);
  await using second = await BareReplica.start(project.folder);
  await using third = await BareReplica.start(project.folder);
  const replicas = [first, second, third];
  for (const replica of replicas) while (!(await replica.isReady())) await wait(50);
  // A group needs a while to settle.
  await wait(3_000);
  const before = await Promise.all(replicas.map(async (replica) => (await replica.figures()).taken));
  await place.fill(0, messages, 1_024);
  await sink.until(messages, 60_000);
  const taken = await Promise.all(replicas.map(async (replica, n) => (await replica.figures()).taken - before[n]!));
  const mean = taken.reduce((sum, each) => sum + each, 0) / taken.length;
  const spreadPercent = (100 * (Math.max(...taken) - Math.min(...taken))) / mean;
  const filling = place.fill(messages, messages, 1_024);
  await sink.until(messages * 1.2, 30_000);
  await third.end('SIGKILL');
  const killed = performance.now();
  await filling;
  await sink.until(2 * messages, 60_000);
  const takeoverMs = performance.now() - killed;
  await wait(2_000);
  return { spreadPercent, takeoverMs, loss: { lost: 2 * messages - sink.distinct, duplicates: sink.duplicates } };
}

function disposable(place: Place): Place & AsyncDisposable {
  return { ...place, [Symbol.asyncDispose]: () => place.close() };
}
