import { systemClock } from '../../clock.ts';
import type { Arbiter } from '../../coordination/arbiter.ts';
import { revokeNow } from '../../coordination/revoke-now.ts';
import { silentLogger } from '../../log.ts';
import type { DeploymentStatus } from '../status.ts';
import { startBalancer } from './balancer/balancer.ts';
import { serveControl } from './control/server.ts';
import type { LocalDeployment, LocalDeploymentOptions, RollResult } from './deployment.ts';
import { DeploymentError } from './deployment-error.ts';
import { AssignmentCopy } from './picture/assignment-copy.ts';
import { LocalDoors } from './doors.ts';
import { Events } from './picture/events.ts';
import { startHealthServer } from './picture/health.ts';
import { Holders } from './picture/holders.ts';
import { Ledger } from './ledger.ts';
import { describeDeployment } from './picture/picture.ts';
import type { PodHouse } from './pods/house.ts';
import { Pod } from './pods/pod.ts';
import { rollPods } from './pods/roll.ts';
import { orderDrain, orderMove, orderRun, orderSwitch, orderUndrain } from '../orders.ts';
import { choosePods, movable } from './pods/targets.ts';
import { taskRuns } from './picture/task-runs.ts';

/** A replica tells of a term as soon as it begins. */
const reportWithinMs = 1_000;

/** Throws what node:net throws when a port is taken: an error with code EADDRINUSE and the port. */
export async function startLocalDeployment(options: LocalDeploymentOptions): Promise<LocalDeployment> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? silentLogger;
  const host = options.host ?? '127.0.0.1';
  const drainMs = options.drainMs ?? 30_000;
  const events = new Events(clock);
  const holders = new Holders(clock, events);
  let release = options.release;
  let pods: readonly Pod[] = [];

  const balancer = await startBalancer({
    port: options.ports.http,
    host,
    clock,
    log: log.named('Balancer'),
    ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
    onQuiet(target, quiet) {
      const pod = pods.find((one) => one.replicas.some((replica) => replica.target === target));
      const replica = pod?.replicas.find((one) => one.target === target);
      if (pod === undefined || replica === undefined || replica.frozen || replica.quiet === quiet) return;
      replica.quiet = quiet;
      const name = pod.plan.pod;
      const text = quiet
        ? `${name} gives no sign of life; it gets no more requests`
        : `${name} gives signs of life again`;
      events.tell({ type: quiet ? 'pod-frozen' : 'pod-thawed', pod: name, text });
    },
  });

  const status = (): DeploymentStatus =>
    describeDeployment({
      options,
      release,
      pods,
      holders,
      switches: assignment?.value?.switches,
      host,
      balancer,
      healthPort: health.port,
    });
  const health = await startHealthServer({
    port: options.ports.health,
    host,
    version: options.productVersion ?? '',
    status,
    pods: () => pods,
  }).catch(async (error: unknown) => {
    await balancer.close(0);
    throw error;
  });

  // What an earlier supervisor of this port left behind (it was killed while a replica was frozen) would hold its
  // artifacts for ever, could it ever run again.
  const ledger = options.controlFolder === null ? undefined : new Ledger(options.controlFolder, balancer.port);
  for (const pid of ledger?.endOrphans() ?? []) log.warn(`ended pid ${pid}, left behind by an earlier deployment`);

  const assignment = options.arbiter === undefined ? undefined : new AssignmentCopy(options.arbiter, clock);
  const needArbiter = (): Arbiter => {
    if (options.arbiter !== undefined) return options.arbiter;
    throw new DeploymentError('NOT_POSSIBLE', 'Nothing is coordinated in this deployment.');
  };

  /** Whoever gave us the arbiter may close it once we have stopped. */
  const revoking = new Set<Promise<unknown>>();
  const doors = new LocalDoors(balancer, events, host);
  const house: PodHouse = {
    balancer,
    doors,
    events,
    holders,
    clock,
    servedArbiter: options.arbiterReachedBy === 'address' ? undefined : options.arbiter,
    drained({ pod, node }) {
      const drained = assignment?.value?.drained;
      return drained?.[`pod/${pod}`] ? 'pod' : drained?.[`node/${node}`] ? 'node' : undefined;
    },
    output: options.output ?? (() => {}),
    revoke(boots, ended) {
      const { arbiter } = options;
      if (arbiter === undefined) return;
      for (const boot of boots) {
        const reason = `its process has ended (${ended.text})`;
        const revoked = revokeNow(arbiter, boot, reason, AbortSignal.timeout(1_000)).catch((error: unknown) => {
          log.warn(`the lease of ${boot} could not be revoked: ${String(error)}`);
        });
        revoking.add(revoked);
        void revoked.then(() => revoking.delete(revoked));
      }
    },
    ran: options.onRun ?? (() => {}),
    processes: () => ledger?.write(pods.flatMap((pod) => pod.replicas.map((replica) => replica.process.pid))),
  };
  pods = options.pods.map((plan) => new Pod(plan, release, house));
  for (const pod of pods) pod.start();

  const kill = (): void => {
    for (const pod of pods) for (const replica of pod.replicas) replica.process.signal('SIGKILL');
  };
  process.on('exit', kill);

  /** The arbiter knows first; resolves when the new holders have reported too, or do not within a moment. */
  const shown = async (moved: readonly { readonly artifact: string; readonly to: string }[]): Promise<void> => {
    const seen = Promise.withResolvers<void>();
    const look = (): void => {
      if (moved.every(({ artifact, to }) => holders.of(artifact)?.pod === to)) seen.resolve();
    };
    const unsubscribe = events.subscribe(look);
    const cancel = clock.after(reportWithinMs, seen.resolve);
    look();
    await seen.promise;
    cancel();
    unsubscribe();
  };

  let rolling = false;
  const roll = async (paths?: readonly string[]): Promise<RollResult> => {
    if (rolling) throw new DeploymentError('NOT_POSSIBLE', 'A rolling update is under way.');
    if (stopping !== undefined) throw new DeploymentError('NOT_POSSIBLE', 'The deployment is stopping.');
    rolling = true;
    try {
      const next = options.load === undefined ? release : await options.load(paths ?? []);
      const result = await rollPods({ pods, from: release, to: next, drainMs, events, clock });
      release = next;
      return result;
    } finally {
      rolling = false;
    }
  };

  let stopping: Promise<void> | undefined;
  const stop = async (deadlineMs: number): Promise<void> => {
    await control?.close();
    await balancer.close(deadlineMs);
    doors.stopTaking();
    await Promise.all(pods.map((pod) => pod.stop(deadlineMs)));
    doors.close();
    await Promise.all(revoking);
    await health.close();
    assignment?.close();
    ledger?.remove();
    process.off('exit', kill);
    hasStopped.resolve();
  };
  const hasStopped = Promise.withResolvers<void>();

  const deployment: LocalDeployment = {
    ports: { http: balancer.port, health: health.port },
    status,
    get recent() {
      return events.recent;
    },
    subscribe: (listener) => events.subscribe(listener),
    async settled() {
      await Promise.all(pods.map(async (pod) => pod.replica?.settled));
    },
    crash: (target, { downForMs } = {}) => choosePods(pods, target, (pod) => pod.crash(downForMs)),
    freeze: (target) => choosePods(pods, target, (pod) => pod.freeze()),
    thaw: (target) => choosePods(pods, target, (pod) => pod.thaw()),
    terms: (after) => holders.terms.since(after),
    move: async (artifact, pod) => {
      const key = movable(deployment.status(), pods, artifact, pod);
      const moved = await orderMove(needArbiter(), key, pod);
      await shown([{ artifact: key, to: pod }]);
      return moved;
    },
    async drain(target) {
      const drained = await orderDrain(needArbiter(), target);
      await shown(drained.moved);
      return drained;
    },
    undrain: async (target) => orderUndrain(needArbiter(), target),
    switch: async (artifact, on, reason) => orderSwitch(needArbiter(), artifact, { on, reason }),
    trigger: async (task) => orderRun(needArbiter(), task),
    runs: () => taskRuns(pods),
    roll,
    stop: (deadlineMs = drainMs) => (stopping ??= stop(deadlineMs)),
    stopped: hasStopped.promise,
    kill,
    [Symbol.asyncDispose]: () => deployment.stop(),
  };
  const control =
    options.controlFolder === null
      ? undefined
      : await serveControl(deployment, { folder: options.controlFolder, port: balancer.port }).catch(
          async (error: unknown) => {
            await deployment.stop(0);
            throw error;
          },
        );
  return deployment;
}
