/**
 * How long clients and stateful artifacts go without service, in each pattern: a sum of known times, never a guess.
 * Each rule answers for one layout; the sum is written out beside the figure.
 */
import type { Layout } from './layout.ts';
import type { AvailabilityRow, Outage, StartTimes } from './plan.ts';
import { count } from './situation.ts';
import { seconds, timings } from './timings.ts';

/** One half of a layout's work: the pods that do it, as far as failure is concerned. */
interface Workers {
  /** Pods that could each do the work alone. */
  readonly able: number;
  /** Fewest of those left when one node is lost. */
  readonly ableAfterNodeLoss: number;
  /** Worker nodes of the whole deployment. */
  readonly nodes: number;
  /** In an update the new pod is there before the old one goes; otherwise after. */
  readonly overlap: boolean;
  readonly start: StartTimes;
}

type Rule = (workers: Workers) => Outage;

const startText = (s: StartTimes): string => `start ${seconds(s.startupMs)} + deploy ${seconds(s.deployMs)}`;
const startMs = (s: StartTimes): number => s.startupMs + s.deployMs;

const restartedInPlace: Rule = ({ start }) =>
  outage(
    timings.kubeletNotices + startMs(start) + timings.startupProbe,
    `seen dead ${seconds(timings.kubeletNotices)} + ${startText(start)} + startup probe ${seconds(timings.startupProbe)}`,
  );

const recreated: Rule = ({ start }) =>
  outage(
    timings.recreate + startMs(start),
    `old pod ends, then: new pod ${seconds(timings.recreate)} + ${startText(start)}`,
  );

const respawnedElsewhere: Rule = ({ nodes, start }) =>
  nodes === 1
    ? { seconds: null, how: 'it is the only worker node: until the node is back' }
    : outage(
        timings.nodeGrace + timings.toleration + timings.recreate + startMs(start),
        `node called lost ${seconds(timings.nodeGrace)} + toleration ${seconds(timings.toleration)} + new pod ` +
          `${seconds(timings.recreate)} + ${startText(start)} (with Kubernetes' own toleration of ` +
          `${seconds(timings.defaultToleration)}, ${seconds(timings.defaultNodeLoss)} were measured)`,
      );

const failover: Rule = () =>
  outage(
    timings.lease + timings.takeover,
    `lease runs out ${seconds(timings.lease)} + takeover ${seconds(timings.takeover)}; a replica that already runs takes it`,
  );

const handedOver: Rule = () =>
  outage(timings.handOver, `handed over before the old replica stops: ${seconds(timings.handOver)}`);

const trafficPodFailure: Rule = (w) =>
  w.able > 1
    ? outage(0, `${count(w.able - 1, 'other replica')} left to answer; requests in flight on the lost one fail`)
    : restartedInPlace(w);

const trafficNodeFailure: Rule = (w) =>
  w.ableAfterNodeLoss > 0
    ? outage(
        0,
        `${count(w.ableAfterNodeLoss, 'replica')} left on other nodes; requests in flight fail, and until the node is ` +
          `called lost (${seconds(timings.nodeGrace)}) some wait for the load balancer to try another replica`,
      )
    : respawnedElsewhere(w);

const trafficRollingUpdate: Rule = (w) =>
  w.overlap ? outage(0, 'one replica at a time: the new one serves before the old one drains') : recreated(w);

const statefulPodFailure: Rule = (w) => (w.able > 1 ? failover(w) : restartedInPlace(w));
const statefulNodeFailure: Rule = (w) => (w.ableAfterNodeLoss > 0 ? failover(w) : respawnedElsewhere(w));
const statefulRollingUpdate: Rule = (w) => (w.overlap ? handedOver(w) : recreated(w));

function outage(ms: number, how: string): Outage {
  return { seconds: ms / 1000, how };
}

/** Two rows, one of them only when there is something stateful. `refused` says why the pattern is not to be had. */
export function availabilityOf(
  layout: Layout,
  start: StartTimes,
  chosen: boolean,
  refused: string | undefined,
): AvailabilityRow[] {
  const nodes = layout.nodes.length;
  const main = layout.pods.filter((p) => p.group === 'main');
  const base = { pattern: layout.pattern, chosen, refused };
  const none = { podFailure: undefined, nodeFailure: undefined, rollingUpdate: undefined };
  const anyStateful = layout.pods.some((p) => p.mayHold.length > 0);
  if (refused !== undefined) {
    return [
      { ...base, what: 'traffic', ...none },
      ...(anyStateful ? [{ ...base, what: 'stateful' as const, ...none }] : []),
    ];
  }
  const ableAfterNodeLoss = leastAfterNodeLoss(layout, 'main');
  const replicas: Workers = { able: main.length, ableAfterNodeLoss, nodes, overlap: true, start };
  const rows: AvailabilityRow[] = [
    {
      ...base,
      what: 'traffic',
      podFailure: trafficPodFailure(replicas),
      nodeFailure: trafficNodeFailure(replicas),
      rollingUpdate: trafficRollingUpdate(replicas),
    },
  ];
  if (anyStateful) {
    // An isolated group has one pod, and that decides: the slowest artifact is the one to promise.
    const isolated = layout.pods.some((p) => p.group !== 'main' && p.mayHold.length > 0);
    const holders: Workers = isolated ? { able: 1, ableAfterNodeLoss: 0, nodes, overlap: false, start } : replicas;
    rows.push({
      ...base,
      what: 'stateful',
      podFailure: statefulPodFailure(holders),
      nodeFailure: statefulNodeFailure(holders),
      rollingUpdate: statefulRollingUpdate(holders),
    });
  }
  return rows;
}

/** Pods of a group that are left when the node with most of them is lost. */
export function leastAfterNodeLoss(layout: Layout, group: string): number {
  const pods = layout.pods.filter((p) => p.group === group);
  const perNode = layout.nodes.map((n) => pods.filter((p) => p.node === n.name).length);
  return pods.length - Math.max(0, ...perNode);
}
