/** What the pictures show of a pod: artifacts that do something by themselves one by one, the parts of flows as a count. */
import type { ArtifactKind } from '../../../artifacts/model.ts';
import type { Plan, PlannedArtifact, PlannedPod } from '../plan.ts';

export interface DrawnPod {
  readonly pod: PlannedPod;
  readonly items: readonly DrawnItem[];
  /** "4 sequences, 2 endpoints", or ''. */
  readonly parts: string;
}

export interface DrawnItem {
  readonly artifact: PlannedArtifact;
  /** - serves: stateless, in every replica
   *  - runs: stateful and run here at first
   *  - stands-by: stateful, here in case its holder is lost */
  readonly role: 'serves' | 'runs' | 'stands-by';
}

/** Kinds shown one by one when they are stateless. */
const doors: readonly ArtifactKind[] = ['api', 'proxy', 'inboundEndpoint', 'dataService', 'task', 'messageProcessor'];

const kindWords: Readonly<Partial<Record<ArtifactKind, readonly [string, string]>>> = {
  sequence: ['sequence', 'sequences'],
  endpoint: ['endpoint', 'endpoints'],
  template: ['template', 'templates'],
  localEntry: ['local entry', 'local entries'],
  messageStore: ['message store', 'message stores'],
  dataSource: ['data source', 'data sources'],
  connector: ['connector', 'connectors'],
};

export function drawPods(plan: Plan): DrawnPod[] {
  const byKey = new Map(plan.artifacts.filter((a) => !a.faulty).map((a) => [a.key, a]));
  return plan.pods.map((pod) => {
    const stateless = pod.stateless.flatMap((key) => byKey.get(key) ?? []);
    const items: DrawnItem[] = stateless
      .filter((a) => doors.includes(a.kind))
      .map((artifact) => ({ artifact, role: 'serves' }));
    for (const key of pod.mayHold) {
      const artifact = byKey.get(key);
      if (artifact) items.push({ artifact, role: pod.runs.includes(key) ? 'runs' : 'stands-by' });
    }
    return { pod, items, parts: countParts(stateless.filter((a) => !doors.includes(a.kind))) };
  });
}

function countParts(artifacts: readonly PlannedArtifact[]): string {
  const counts = new Map<string, number>();
  for (const a of artifacts) {
    const word = kindWords[a.kind] ? a.kind : 'other';
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .map(([kind, n]) => {
      const words = kindWords[kind as ArtifactKind] ?? ['other', 'others'];
      return `${n} ${n === 1 ? words[0] : words[1]}`;
    })
    .join(', ');
}

/** For the eye: "API", "task", "inbound endpoint". */
export function kindLabel(kind: ArtifactKind): string {
  return kind === 'api' ? 'API' : kind.replace(/([A-Z])/g, ' $1').toLowerCase();
}

/** Where room is scarce: the last word says enough beside the mark of a stateful artifact. */
export function shortKind(kind: ArtifactKind): string {
  if (kind === 'inboundEndpoint') return 'inbound';
  if (kind === 'messageProcessor') return 'processor';
  return kindLabel(kind);
}
