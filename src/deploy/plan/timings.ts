/**
 * The times every availability figure is made of, in milliseconds, each with where it comes from.
 * They are upper values: a table that promises must not promise the mean.
 */
export const timings = {
  /** A replica's lease; what coordination uses by default. */
  lease: 1200,
  /** After the lease has run out: noticing it, the order of the observers, the write that moves the artifact. */
  takeover: 300,
  /** A stopping replica gives its artifacts away; the slowest of the measured hand-overs (median 22). */
  handOver: 120,
  /** The kubelet looks for dead containers once a second. */
  kubeletNotices: 1000,
  /** The startup probe of our manifests asks once a second; the readiness probe follows at once. */
  startupProbe: 1000,
  /** Until the control plane calls a silent node lost: node-monitor-grace-period, 50 s, looked at every 5 s. */
  nodeGrace: 55_000,
  /**
   * Until the pods of a lost node are replaced: what our manifests set, and what Kubernetes sets if nobody does. A node
   * that was silent through its grace is hardly ever back within seconds, and terms keep what is stateful from running twice.
   */
  toleration: 5_000,
  defaultToleration: 300_000,
  /** Scheduling and creating a pod whose image is on the node: the rest of a measured node loss, 352.9 - 350 s. */
  recreate: 2_900,
  /** Measured: one replica, its node dies, Kubernetes defaults. */
  defaultNodeLoss: 352_900,
} as const;

/** Used when nobody measured: the goals of a replica from process start to serving. */
export const assumedStart = { startupMs: 120, deployMs: 30 } as const;

/** What a pod asks of its node when nobody said how many requests there are. */
export const podRequest = { cpuMillis: 100, memoryMi: 128 } as const;

/** Seconds with as many digits as they deserve: 0.12 s, 1.5 s, 63 s. */
export function seconds(ms: number): string {
  const s = ms / 1000;
  return `${Number(s < 1 ? s.toFixed(2) : s.toFixed(1))} s`;
}
