import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { within } from './patience.ts';
import type { BenchedTransport, Place } from './place.ts';
import { BareReplica, BenchProject, Deployment } from './running.ts';
import { Sink } from './sink.ts';

const run = promisify(execFile);
const command = process.env['SERVICES_COMMAND'];
/** Milliseconds in which a server takes or gives something, whatever happens to it. */
const patienceMs = 60_000;
const fillMs = 600_000;
const backlogFillMs = 1_800_000;

/** What is done to whoever takes part, and brings it back. */
export type Trouble = 'replica killed' | 'server killed' | 'server paused';
export const troubles: readonly Trouble[] = ['replica killed', 'server killed', 'server paused'];

/** Why it cannot be had; undefined when it can. */
export function troubleMissing(trouble: Trouble, { service: server }: BenchedTransport): string | undefined {
  if (trouble === 'replica killed') return undefined;
  if (server === undefined) return 'it has no server';
  return command === undefined ? 'SERVICES_COMMAND names nothing that kills and pauses servers' : undefined;
}

export interface Speed {
  readonly perSecond: number;
  /** By one second of the replica's CPU time. */
  readonly perCpuSecond: number;
  readonly residentMiB: number;
}

/** How quickly one replica takes what waits, its sequence doing nothing. */
export async function measureSpeed(transport: BenchedTransport, messages: number): Promise<Speed> {
  return onceFilled(transport, messages, fillMs, async (replica) => {
    // Its first messages are slower: code is compiled.
    const begun = await untilTaken(replica, messages / 5);
    const from = performance.now();
    const now = await untilTaken(replica, messages);
    const seconds = (performance.now() - from) / 1_000;
    const taken = now.taken - begun.taken;
    return {
      perSecond: taken / seconds,
      perCpuSecond: taken / (now.cpuSeconds - begun.cpuSeconds),
      residentMiB: now.residentMiB,
    };
  });
}

export interface Backlog {
  /** When a tenth of it was taken: what came to memory after that came with the messages. */
  readonly earlyMiB: number;
  readonly mostMiB: number;
  readonly perSecond: number;
}

/** What one replica needs while very many messages wait for it. */
export async function measureBacklog(transport: BenchedTransport, messages: number): Promise<Backlog> {
  return onceFilled(transport, messages, backlogFillMs, async (replica) => {
    const early = await untilTaken(replica, messages / 10);
    const from = performance.now();
    let mostMiB = early.residentMiB;
    const all = await untilTaken(replica, messages, ({ residentMiB }) => (mostMiB = Math.max(mostMiB, residentMiB)));
    const perSecond = (all.taken - early.taken) / ((performance.now() - from) / 1_000);
    return { earlyMiB: early.residentMiB, mostMiB, perSecond };
  });
}

/** What is measured of one replica that finds so many messages waiting for it. */
async function onceFilled<T>(
  transport: BenchedTransport,
  messages: number,
  mostMs: number,
  measured: (replica: BareReplica) => Promise<T>,
): Promise<T> {
  await using place = disposable(await transport.open());
  using project = new BenchProject(place, undefined);
  if (transport.consumerFirst) await visit(project);
  await within(mostMs, 'filling', place.fill(0, messages, 1_024));
  await using replica = await BareReplica.start(project.folder);
  return await measured(replica);
}

/** A consumer that was there once: from then on the server keeps messages for it. */
async function visit(project: BenchProject): Promise<void> {
  await using replica = await BareReplica.start(project.folder);
  await untilReady(replica);
}

async function untilReady(replica: BareReplica): Promise<void> {
  const from = performance.now();
  while (!(await replica.isReady())) {
    if (performance.now() - from > patienceMs) throw new Error('the inbound endpoint does not get ready');
    await wait(50);
  }
}

type Figures = Awaited<ReturnType<BareReplica['figures']>>;

/** Its figures when it has taken so many; rejects when nothing more comes. */
async function untilTaken(replica: BareReplica, messages: number, look?: (figures: Figures) => void): Promise<Figures> {
  let figures = await replica.figures();
  let lastCame = performance.now();
  while (figures.taken < messages) {
    await wait(50);
    const now = await replica.figures();
    look?.(now);
    if (now.taken > figures.taken) lastCame = performance.now();
    else if (performance.now() - lastCame > patienceMs)
      throw new Error(`only ${now.taken} of ${messages} messages were taken`);
    figures = now;
  }
  return figures;
}

export interface Loss {
  readonly lost: number;
  readonly duplicates: number;
  /** Of these, what a receiver that knows the Idempotency-Key would do twice. */
  readonly repeatedEffects: number;
}

function lossOf(sink: Sink, messages: number): Loss {
  const { distinct, duplicates, repeatedEffects } = sink;
  return { lost: messages - distinct, duplicates, repeatedEffects };
}

/** Messages go through a deployment of two replicas to a sink; when a third came, something happens. */
export async function measureLoss(transport: BenchedTransport, trouble: Trouble, messages: number): Promise<Loss> {
  await using place = disposable(await transport.open());
  await using sink = await Sink.open();
  using project = new BenchProject(place, sink.url);
  if (transport.consumerFirst) await visit(project);
  await using deployment = await Deployment.start(project.folder, 2);
  const killsServer = trouble === 'server killed';
  // Killed is a server that has all of them, and has given a third.
  if (killsServer) sink.hold();
  // The server may be away while it is filled: what it did not confirm is not counted as sent.
  const filling = within(fillMs, 'filling', place.fill(0, messages, 1_024));
  filling.catch(() => {});
  if (killsServer) {
    await filling;
    await place.written?.();
    sink.release();
  }
  await sink.until(messages / 3, patienceMs);
  if (trouble === 'replica killed') await deployment.killHolder();
  if (killsServer) {
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
  await sink.until(messages, patienceMs);
  // Repetitions come a little later.
  await wait(2_000);
  return lossOf(sink, messages);
}

async function service(what: string, { service: name }: BenchedTransport): Promise<void> {
  await run(command!, [what, name!], { timeout: 2 * patienceMs });
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
  await using first = await BareReplica.start(project.folder, 'pod-1');
  await using second = await BareReplica.start(project.folder, 'pod-2');
  await using third = await BareReplica.start(project.folder, 'pod-3');
  const replicas = [first, second, third];
  await Promise.all(replicas.map(untilReady));
  // A group needs a while to settle.
  await wait(3_000);
  const before = await Promise.all(replicas.map(async (replica) => (await replica.figures()).taken));
  await within(fillMs, 'filling', place.fill(0, messages, 1_024));
  await sink.until(messages, patienceMs);
  const taken = await Promise.all(replicas.map(async (replica, n) => (await replica.figures()).taken - before[n]!));
  const mean = taken.reduce((sum, each) => sum + each, 0) / taken.length;
  const spreadPercent = (100 * (Math.max(...taken) - Math.min(...taken))) / mean;
  const filling = within(fillMs, 'filling', place.fill(messages, messages, 1_024));
  filling.catch(() => {});
  await sink.until(messages * 1.2, patienceMs);
  await third.end('SIGKILL');
  const killed = performance.now();
  await filling;
  await sink.until(2 * messages, patienceMs);
  const takeoverMs = performance.now() - killed;
  await wait(2_000);
  return { spreadPercent, takeoverMs, loss: lossOf(sink, 2 * messages) };
}

function disposable(place: Place): Place & AsyncDisposable {
  const close = (): Promise<void> =>
    // What was measured counts all the same.
    within(patienceMs, 'closing', place.close()).catch((error: unknown) => console.error(`bench: ${String(error)}`));
  return { ...place, [Symbol.asyncDispose]: close };
}
