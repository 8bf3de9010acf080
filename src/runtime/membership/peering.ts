import type { PeerLink } from '../../coordination/peers/link.ts';
import { TcpLink } from '../../coordination/peers/tcp-link.ts';
import type { Logger } from '../../log.ts';
import type { ReplicaIdentity } from './joining.ts';

/** Where a replica listens for its peers, and what host they are told. */
export interface PeerPlace {
  readonly host: string;
  readonly port: number;
  readonly announce: string | undefined;
}

/** "0.0.0.0:9765", "[::]:9765"; undefined for anything else. */
export function peerPlace(address: string | undefined, announce: string | undefined): PeerPlace | undefined {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(address ?? '') ?? [];
  return host === undefined ? undefined : { host, port: Number(port), announce: announce || undefined };
}

/** Undefined where there is nobody to talk to, or no way to. A replica without it renews its lease, as safe as any. */
export async function openPeers({ peers, arbiter }: ReplicaIdentity, log: Logger): Promise<PeerLink | undefined> {
  if (!peers || arbiter === 'none') return undefined;
  try {
    return await TcpLink.open(peers);
  } catch (error) {
    const { host, port } = peers;
    const why = error instanceof Error ? error.message : String(error);
    log.error(`PEERS cannot listen on ${host}:${port} for other replicas, and renews its lease instead: ${why}`);
    return undefined;
  }
}
