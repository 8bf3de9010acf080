/** A deployment that does what a test tells it: three pods on three worker nodes, one task that moves. */
import type { Source } from '../../../src/console/dashboard/index.ts';
import { Terms, type TermBegins } from '../../../src/deploy/local/picture/terms.ts';
import type {
  ArtifactStatus,
  DeploymentEvent,
  DeploymentStatus,
  HeldTerm,
  PodStatus,
} from '../../../src/deploy/status.ts';

export class FakeSource implements Source {
  #status: DeploymentStatus = firstStatus();
  readonly #terms = new Terms();
  readonly #listeners = new Set<(event: DeploymentEvent) => void>();
  #time = Date.UTC(2026, 0, 5, 9, 30);

  status(): DeploymentStatus {
    return this.#status;
  }

  subscribe(listener: (event: DeploymentEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  terms(after: number): { readonly revision: number; readonly terms: readonly HeldTerm[] } {
    return this.#terms.since(after);
  }

  begin(term: TermBegins): void {
    this.#terms.begin(term);
  }

  end(artifact: string, token: number, to: number, end: 'released' | 'lost', reason: string): void {
    this.#terms.end(artifact, token, to, end, reason);
  }

  get subscribers(): number {
    return this.#listeners.size;
  }

  change(part: Partial<DeploymentStatus>): void {
    this.#status = { ...this.#status, ...part };
  }

  pod(name: string, part: Partial<PodStatus>): void {
    this.change({ pods: this.#status.pods.map((p) => (p.name === name ? { ...p, ...part } : p)) });
  }

  artifact(name: string, part: Partial<ArtifactStatus>): void {
    this.change({ artifacts: this.#status.artifacts.map((a) => (a.name === name ? { ...a, ...part } : a)) });
  }

  happen(event: Omit<DeploymentEvent, 'time'>): void {
    this.#time += 1000;
    for (const listener of this.#listeners) listener({ time: this.#time, ...event });
  }

  /** The task leaves its pod for another one. */
  move(artifact: string, pod: string, token: number): void {
    this.artifact(artifact, { holder: pod, token });
    this.happen({
      type: 'artifact-acquired',
      artifact: `task/${artifact}`,
      pod,
      tookMs: 1130,
      text: `task/${artifact} runs on ${pod} (token ${token}, 1130 ms after it was lost)`,
    });
  }
}

export function artifactOf(
  kind: ArtifactStatus['kind'],
  name: string,
  holder?: string,
  token?: number,
): ArtifactStatus {
  const stateful = holder !== undefined;
  return {
    kind,
    name,
    file: `${kind}s/${name}.xml`,
    stateful,
    reason: stateful ? 'It runs by the clock.' : 'It answers requests.',
    group: 'main',
    holder,
    token,
    since: stateful ? Date.UTC(2026, 0, 5, 9, 0) : undefined,
    by: stateful ? 'start' : undefined,
    placedBecause: stateful ? 'it likes this pod best' : undefined,
    handovers: 0,
    state: 'running',
    problems: [],
  };
}

function podOf(n: number): PodStatus {
  return {
    name: `pod-${n}`,
    node: `node-${n}`,
    group: 'main',
    state: 'ready',
    pid: 4000 + n,
    restarts: 0,
    startedAt: Date.UTC(2026, 0, 5, 9, 0),
    restartInMs: undefined,
    version: 'a1b2c3d4e5f6',
    startupMs: 118,
    memory: 62 * 1024 * 1024,
    faults: [],
    membership: undefined,
    drained: undefined,
  };
}

function firstStatus(): DeploymentStatus {
  return {
    name: 'harbour',
    pattern: 'coordinated',
    reason: '2 of 7 artifacts are stateful and may run in one replica at a time',
    versions: ['a1b2c3d4e5f6'],
    nodes: [1, 2, 3].map((n) => ({ name: `node-${n}`, state: 'ready' as const })),
    pods: [1, 2, 3].map(podOf),
    artifacts: [
      artifactOf('api', 'Berths'),
      artifactOf('api', 'Cranes'),
      artifactOf('proxy', 'CustomsService'),
      artifactOf('sequence', 'Validate'),
      artifactOf('endpoint', 'PilotOffice'),
      artifactOf('task', 'tideTable_Task', 'pod-1', 1001),
      artifactOf('messageProcessor', 'ForwardManifests', 'pod-2', 1002),
    ],
    addresses: {
      http: 'http://127.0.0.1:8290',
      management: 'https://127.0.0.1:9164',
      health: 'http://127.0.0.1:9201',
      page: 'http://127.0.0.1:9743',
    },
    traffic: { requests: 48_213, failed: 0, inFlight: 3, perSecond: 318.4 },
  };
}
