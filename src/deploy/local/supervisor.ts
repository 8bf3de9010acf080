import { systemClock } from '../../clock.ts';
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
import { takeOrders } from './take-orders.ts';
import { describeDeployment } from './picture/picture.ts';
import type { PodHouse } from './pods/house.ts';
import { Pod } from './pods/pod.ts';
import { Revoking } from './pods/revoking.ts';
import { rollPods } from './pods/roll.ts';
import { choosePods, movable } from './pods/targets.ts';
import { taskRuns } from './picture/task-runs.ts';

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
  const revoking = new Revoking(options.arbiter, log);
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
    revoke: (boots, ended) => revoking.revoke(boots, ended),
    ran: options.onRun ?? (() => {}),
    processes: () => ledger?.write(pods.flatMap((pod) => pod.replicas.map((replica) => replica.process.pid))),
  };
  pods = options.pods.map((plan) => new Pod(plan, release, house));
  for (const pod of pods) pod.start();

  const kill = (): void => {
    for (const pod of pods) for (const replica of pod.replicas) replica.process.signal('SIGKILL');
  };
  process.on('exit', kill);

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
    await revoking.settled();
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
    ...takeOrders({
      arbiter: options.arbiter,
      holders,
      events,
      clock,
      movable: (artifact, pod) => movable(status(), pods, artifact, pod),
    }),
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
