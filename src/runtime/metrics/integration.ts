import type { MemberStatus } from '../../coordination/events.ts';
import type { Processed } from '../../stores/index.ts';
import { coordinationMetrics, type CoordinationMetrics } from './coordination.ts';
import { MetricsRegistry } from './registry.ts';

/** Seconds. Source: the buckets of MI's PrometheusReporter latency histograms. */
const latencyBuckets: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Times and counts what one API, proxy or inbound endpoint takes. */
export interface ServiceMeter {
  done(seconds: number, failed: boolean): void;
}

export interface IntegrationMetrics {
  readonly registry: MetricsRegistry;
  service(kind: 'api' | 'proxy' | 'inbound_endpoint', name: string): ServiceMeter;
  taskRun(task: string, lateSeconds: number): void;
  taskFailed(task: string): void;
  /** A message of a processor, or an attempt that failed. */
  processed(processor: string, what: Processed): void;
  readonly coordination: CoordinationMetrics;
}

export interface MetricsSources {
  readonly version: string;
  readonly startedAt: number;
  readonly deployed: () => Iterable<{ readonly kind: string; readonly name: string; readonly up: boolean }>;
  /** Undefined while this replica is no member. */
  readonly member: () => MemberStatus | undefined;
  /** Message stores, and how many messages wait in those that know it at once. */
  readonly stores?: () => Iterable<{ readonly name: string; readonly waiting?: number }>;
  /** Artifacts that consume here, and whether they can. */
  readonly standings: () => Iterable<{ readonly artifact: string; readonly state: 'running' | 'waiting' }>;
}

/** MI's names for what MI has; gantry_ names for what it lacks: tasks and terms. */
export function createMetrics(sources: MetricsSources): IntegrationMetrics {
  const registry = new MetricsRegistry();
  const kinds = {
    api: serviceSeries(registry, 'api', 'API'),
    proxy: serviceSeries(registry, 'proxy', 'proxy service'),
    inbound_endpoint: serviceSeries(registry, 'inbound_endpoint', 'inbound endpoint'),
  };
  registry.gauge('wso2_integration_server_up', 'Time the server started, milliseconds since 1970.', () => [
    [{ service: 'server' }, sources.startedAt],
  ]);
  registry.gauge('wso2_integration_server_version', 'Version of the server; the value is always 1.', () => [
    [{ version: sources.version }, 1],
  ]);
  registry.gauge('wso2_integration_service_up', '1 when the artifact is deployed, 0 when it is faulty.', function* () {
    for (const artifact of sources.deployed()) {
      yield [{ service_name: artifact.name, service_type: artifact.kind }, artifact.up ? 1 : 0];
    }
  });
  const runs = registry.counter('gantry_task_runs_total', 'Runs of a scheduled task that this replica began.');
  const failures = registry.counter('gantry_task_failures_total', 'Of these, runs that ended with a fault.');
  const late = registry.histogram(
    'gantry_task_lateness_seconds',
    'Seconds from due time to start of a run.',
    latencyBuckets,
  );
  const processed = registry.counter(
    'gantry_processor_messages_total',
    'Messages a processor took out of its store: processed, set-aside or dropped.',
  );
  const failedAttempts = registry.counter(
    'gantry_processor_failures_total',
    'Attempts of a message processor that failed.',
  );
  registry.gauge('gantry_store_messages', 'Messages in a store in the memory of this replica.', function* () {
    for (const { name, waiting } of sources.stores?.() ?? [])
      if (waiting !== undefined) yield [{ store: name }, waiting];
  });
  registry.gauge(
    'gantry_artifact_waiting',
    '1 while an artifact cannot work here and tries again, 0 while it works.',
    function* () {
      for (const { artifact, state } of sources.standings()) yield [{ artifact }, state === 'waiting' ? 1 : 0];
    },
  );
  const coordination = coordinationMetrics(registry, sources.member);
  registry.gauge('process_resident_memory_bytes', 'Resident memory in bytes.', () => [[{}, process.memoryUsage.rss()]]);
  registry.gauge('process_cpu_seconds_total', 'User and system CPU seconds.', () => {
    const { user, system } = process.cpuUsage();
    return [[{}, (user + system) / 1e6]];
  });
  return {
    registry,
    coordination,
    service: (kind, name) => kinds[kind](name),
    taskRun(task, lateSeconds) {
      runs.with({ task }).add();
      late.with({ task }).observe(lateSeconds);
    },
    taskFailed: (task) => failures.with({ task }).add(),
    processed(processor, what) {
      if (what === 'failed') failedAttempts.with({ processor }).add();
      else processed.with({ processor, outcome: what }).add();
    },
  };
}

function serviceSeries(registry: MetricsRegistry, kind: string, words: string): (name: string) => ServiceMeter {
  const total = registry.counter(`wso2_integration_${kind}_request_count_total`, `Requests to the ${words}.`);
  const errors = registry.counter(
    `wso2_integration_${kind}_request_count_error_total`,
    `Requests to the ${words} that faulted.`,
  );
  const latency = registry.histogram(
    `wso2_integration_${kind}_latency_seconds`,
    `Latency of the ${words} in seconds.`,
    latencyBuckets,
  );
  return (name) => {
    const labels = { service_name: name, service_type: kind };
    const count = total.with(labels);
    const failed = errors.with(labels);
    const seconds = latency.with(labels);
    return {
      done(duration, isFailed) {
        count.add();
        if (isFailed) failed.add();
        seconds.observe(duration);
      },
    };
  };
}
