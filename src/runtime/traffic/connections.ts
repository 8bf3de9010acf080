import type { LocalEntryConfig } from '../../artifacts/kinds/types.ts';
import type { Artifact } from '../../artifacts/model.ts';
import type { Problem } from '../../errors.ts';
import { connectionTag, readConnection, type KafkaConnections } from '../../transports/kafka/connections.ts';

export interface Connections {
  readonly kafka: KafkaConnections;
  readonly problems: readonly Problem[];
}

/** Connections of connectors: local entries that hold an init, found by their keys. */
export function connectionsOf(artifacts: readonly Artifact[]): Connections {
  const kafka = new Map<string, ReadonlyMap<string, string>>();
  const problems: Problem[] = [];
  for (const artifact of artifacts) {
    if (artifact.kind !== 'localEntry' || !artifact.config) continue;
    const { key, value } = (artifact as Artifact<LocalEntryConfig>).config!;
    if (value.type !== 'xml' || value.element.local !== connectionTag) continue;
    const read = readConnection(value.element, key, artifact.at);
    kafka.set(key, read.parameters);
    problems.push(...read.problems.map((problem) => ({ ...problem, artifact: `localEntry ${key}` })));
  }
  return { kafka, problems };
}
