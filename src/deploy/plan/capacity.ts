/**
 * What one replica can do, and what it asks for. Every figure was measured, with the load of `npm run bench`, on two
 * cores of an AMD EPYC; another machine and other flows have others. They are where to start, not what to promise.
 */
import type { PlanOptions } from './plan.ts';
import { podRequest } from './timings.ts';

export const replicaCosts = {
  /** CPU of one request that asks a backend and makes its answer into JSON: the dearest of the four workloads. */
  requestMs: 0.2,
  /** What each KiB adds where a JSON payload is read and looked into. Passed through unread it is a quarter of that. */
  perKiBMs: 0.006,
  /** Of the one CPU that runs flows: above it answers begin to wait for each other. */
  fullAt: 0.7,
  /** Resident memory at full load, 48 requests with up to 1 MiB in flight: at most 226 MiB were seen. */
  busyMemoryMi: 256,
} as const;

/** Assumed when nobody says how large a request is. */
export const usualPayloadKiB = 1;

export interface Capacity {
  /** Requests per second that a replica answers without keeping them waiting. */
  readonly rps: number;
  /** CPU of one request, milliseconds. */
  readonly requestMs: number;
  /** How that comes about, one step per line. */
  readonly steps: readonly string[];
}

export function capacityOf(options: PlanOptions): Capacity {
  const { fullAt } = replicaCosts;
  const given = options.rpsPerReplica ?? options.measured?.rpsPerReplica;
  if (given !== undefined) {
    return {
      rps: given,
      requestMs: (fullAt * 1_000) / given,
      steps: [`A replica answers ${given} requests/s, as given.`],
    };
  }
  const payload = options.payloadKiB ?? usualPayloadKiB;
  const requestMs = replicaCosts.requestMs + replicaCosts.perKiBMs * payload;
  const rps = Math.floor((fullAt * 1_000) / requestMs);
  return {
    rps,
    requestMs,
    steps: [
      `A request of ${short(payload)} KiB takes ${short(requestMs)} ms of CPU: ${replicaCosts.requestMs} and ` +
        `${replicaCosts.perKiBMs} for each KiB. That was measured on two cores of an AMD EPYC and is where to start; ` +
        `measure your own, and give --rps-per-replica.`,
      `A replica works on one CPU and is full at ${100 * fullAt} % of it: ${1_000 * fullAt} ms / ${short(requestMs)} ms = ` +
        `${rps} requests/s.`,
    ],
  };
}

/** What a pod asks of its node. */
export interface PodRequest {
  /** Thousandths of a CPU. */
  readonly cpuMillis: number;
  readonly memoryMi: number;
}

/** For `rps` requests per second among so many replicas: those that are left when the others are lost. */
export function requestFor(rps: number, replicas: number, { requestMs }: Capacity): PodRequest {
  const each = (rps * requestMs) / replicas;
  return {
    cpuMillis: Math.max(podRequest.cpuMillis, 50 * Math.ceil(each / 50)),
    memoryMi: replicaCosts.busyMemoryMi,
  };
}

/** Three digits at most. */
export function short(n: number): string {
  return String(Number(n.toPrecision(3)));
}
