/** Ports of listening inbound endpoints: the pods of POD 1 open them, and the Service leads to them. */
import type { InboundEndpointConfig } from '../../../artifacts/kinds/types.ts';
import { isFaulty, type Artifact } from '../../../artifacts/model.ts';

export interface DoorPort {
  /** At most 15 characters, as Kubernetes wants them (RFC 6335): "in-8285". */
  readonly name: string;
  readonly port: number;
}

const listening: ReadonlySet<string> = new Set(['http', 'https', 'ws', 'wss', 'httpws', 'httpswss']);

/** Lowest first; a port that several name is there once. */
export function doorsOf(artifacts: readonly Artifact[]): readonly DoorPort[] {
  const ports = new Set<number>();
  for (const artifact of artifacts) {
    if (artifact.kind !== 'inboundEndpoint' || isFaulty(artifact)) continue;
    const { protocol, parameters, suspended } = artifact.config as InboundEndpointConfig;
    if (suspended || !listening.has(protocol?.toLowerCase() ?? '')) continue;
    const port = Number(parameters.get('inbound.http.port') ?? parameters.get('inbound.ws.port'));
    if (Number.isInteger(port) && port > 0 && port < 65_536) ports.add(port);
  }
  return [...ports].toSorted((a, b) => a - b).map((port) => ({ name: `in-${port}`, port }));
}
