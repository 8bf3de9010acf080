/** How many replicas and worker nodes serve the expected requests, also after the loss of a pod, a node or a zone. */
import type { Problem } from '../../errors.ts';
import { capacityOf, requestFor, type PodRequest } from './capacity.ts';
import type { PlanOptions, Sizing } from './plan.ts';
import { error } from './problems.ts';
import { badSizes, usualZones } from './sizing-problems.ts';
import { count } from './situation.ts';
import { podRequest } from './timings.ts';

/** The sizing that was asked for; undefined when neither --rps nor --survive was given. */
export function size(options: PlanOptions): { sizing: Sizing | undefined; problems: readonly Problem[] } {
  const { rps } = options;
  if (rps === undefined && options.survive === undefined) return { sizing: undefined, problems: [] };
  const problems = badSizes(options);
  if (problems.length > 0) return { sizing: undefined, problems };

  const steps: string[] = [];
  let needed = 1;
  let pod: PodRequest = podRequest;
  if (rps === undefined) {
    steps.push('No --rps: one replica is taken as enough.');
  } else {
    const capacity = capacityOf(options);
    needed = Math.max(1, Math.ceil(rps / capacity.rps));
    pod = requestFor(rps, needed, capacity);
    steps.push(
      ...capacity.steps,
      `${rps} requests/s at ${capacity.rps} per replica need ${rps}/${capacity.rps}, rounded up: ${count(needed, 'replica')}.`,
      `Each of ${needed} then uses ${Math.ceil((rps * capacity.requestMs) / needed)}m of CPU; a pod asks for ${pod.cpuMillis}m and ${pod.memoryMi} Mi.`,
    );
  }
  const room = roomOn(options, pod, steps);
  if (room < 1) {
    const text = `A worker node has no room for a pod that asks for ${pod.cpuMillis}m of CPU and ${pod.memoryMi} Mi.`;
    const hint = `Take larger nodes, or give more replicas a smaller part each with --rps-per-replica.`;
    return { sizing: undefined, problems: [error('NODE_TOO_SMALL', '--node-cpu', text, hint)] };
  }
  const { replicas, nodes } = spread(options, needed, room, steps);
  if (replicas > room * nodes) {
    const text = `${count(nodes, 'worker node')} have room for ${count(room * nodes, 'pod')}, and ${replicas} are wanted.`;
    const hint = `Leave --nodes out, and as many as are wanted are planned.`;
    return { sizing: undefined, problems: [error('NODE_TOO_SMALL', '--nodes', text, hint)] };
  }
  return { sizing: { replicas, nodes, pod, steps }, problems };
}

/** Pods that fit on one worker node; without a size, as many as there are. */
function roomOn({ nodeCpuMillis, nodeMemoryMi }: PlanOptions, pod: PodRequest, steps: string[]): number {
  // What kubelet, network and log shipping take; the clouds' tables say 6 to 25 %, most for the smallest nodes.
  const left = 0.9;
  const rooms: [what: string, pods: number][] = [];
  if (nodeCpuMillis !== undefined) rooms.push(['CPU', Math.floor((left * nodeCpuMillis) / pod.cpuMillis)]);
  if (nodeMemoryMi !== undefined) rooms.push(['memory', Math.floor((left * nodeMemoryMi) / pod.memoryMi)]);
  if (rooms.length === 0) return Infinity;
  const least = Math.min(...rooms.map(([, pods]) => pods));
  const each = rooms.map(([what, pods]) => `${pods} by ${what}`).join(' and ');
  steps.push(`With a tenth of a node left to Kubernetes, it has room for ${each}: ${count(least, 'pod')}.`);
  return least;
}

interface Choice {
  readonly replicas: number;
  readonly nodes: number;
}

function spread(options: PlanOptions, needed: number, room: number, steps: string[]): Choice {
  const survive = options.survive ?? 'pod';
  const fit = (replicas: number): number => (room === Infinity ? 1 : Math.ceil(replicas / room));
  if (survive === 0) {
    steps.push('--survive 0: nothing is added for the loss of anything.');
    return { replicas: needed, nodes: options.nodes ?? Math.max(fit(needed), Math.min(needed, 3)) };
  }
  if (survive === 'pod') {
    const replicas = needed + 1;
    steps.push(`One more, so that one may be lost: ${needed} + 1 = ${replicas} replicas.`);
    return { replicas, nodes: options.nodes ?? Math.max(fit(replicas), Math.min(replicas, 3)) };
  }
  if (survive === 'zone') return overZones(options, needed, room, steps);
  return overNodes(options, needed, survive === 'node' ? 1 : survive, room, steps);
}

function overNodes(options: PlanOptions, needed: number, lost: number, room: number, steps: string[]): Choice {
  // Beyond one node for each replica that is needed nothing gets better; small nodes may have to be more.
  const most = lost + Math.min(Math.max(needed, Math.ceil((2 * needed) / room)), 200);
  const sizes = options.nodes === undefined ? range(lost + 1, most) : [options.nodes];
  const all = sizes.map((nodes) => ({ nodes, replicas: leastReplicas(needed, lost, nodes) }));
  const fitting = all.filter(({ nodes, replicas }) => Math.ceil(replicas / nodes) <= room);
  const choices = fitting.length > 0 ? fitting : all.slice(-1);
  // A node is reckoned as dear as a replica: neither many thin nodes nor a doubled fleet on two.
  const best = choices.reduce((a, b) => (b.nodes + b.replicas < a.nodes + a.replicas ? b : a));
  const perNode = Math.ceil(best.replicas / best.nodes);
  steps.push(
    `${count(best.replicas, 'replica')} on ${count(best.nodes, 'worker node')} put at most ${perNode} on one; losing ${lost} leaves ${best.replicas} - ${lost} x ${perNode} = ${best.replicas - lost * perNode}, and ${needed} ${needed === 1 ? 'is' : 'are'} needed.`,
  );
  const others = choices.filter((choice) => choice !== best).slice(0, 4);
  if (others.length > 0)
    steps.push(`Also possible: ${others.map((o) => `${o.replicas} on ${o.nodes} nodes`).join(', ')}.`);
  return best;
}

/** Zones are lost whole: replicas are spread over them first, and over the nodes of each then. */
function overZones(options: PlanOptions, needed: number, room: number, steps: string[]): Choice {
  const zones = options.zones ?? usualZones;
  const replicas = leastReplicas(needed, 1, zones);
  const perZone = Math.ceil(replicas / zones);
  const nodes = options.nodes ?? zones * Math.max(1, room === Infinity ? 1 : Math.ceil(perZone / room));
  steps.push(
    `${count(replicas, 'replica')} in ${zones} zones put at most ${perZone} in one; losing it leaves ${replicas} - ${perZone} = ${replicas - perZone}, and ${needed} ${needed === 1 ? 'is' : 'are'} needed.`,
    `${count(nodes, 'worker node')}, ${count(Math.ceil(nodes / zones), 'node')} in each zone.`,
  );
  return { replicas, nodes };
}

/** Fewest replicas that, spread over the places, leave `needed` when the fullest `lost` places are lost. */
function leastReplicas(needed: number, lost: number, places: number): number {
  // A lower bound to start from: at least the even share of each lost place goes.
  let replicas = Math.ceil((needed * places) / (places - lost));
  while (replicas - lost * Math.ceil(replicas / places) < needed) replicas++;
  return replicas;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(1, to - from + 1) }, (_, i) => from + i);
}
