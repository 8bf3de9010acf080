/**
 * What the processes of one deployment say to each other, each message one line of JSON over TCP (line-channel.ts).
 *
 *   { v: 1, type: "ask", deployment, from, to, seq, fires? }       do not revoke `from` for a lease from now on
 *       from, to   boot ids; `to` is the one that the asker's record names, or is about to name
 *       seq        counts the asker's messages
 *       fires      all runs that the asker has claimed and those it asks for, as in its record (records.ts)
 *   { v: 1, type: "promise", from, to, seq }                        I will not; back on the connection that asked
 *       from, to   the same boot ids, the other way round; seq that of the question
 *
 * There is no message that refuses: silence does. Neither side trusts an address. Boot ids are random and stand only in
 * the arbiter's records, so whoever can read none of these can neither ask nor promise; what is said is not secret, and
 * a network that strangers can listen to needs a NetworkPolicy or a tunnel.
 */
import type { Fires } from '../records.ts';

export interface Ask {
  readonly v: 1;
  readonly type: 'ask';
  readonly deployment: string;
  readonly from: string;
  readonly to: string;
  readonly seq: number;
  readonly fires?: Fires;
}

export interface PromiseGiven {
  readonly v: 1;
  readonly type: 'promise';
  readonly from: string;
  readonly to: string;
  readonly seq: number;
}

export type PeerMessage = Ask | PromiseGiven;

/** What came over the network, when it is one of these. */
export function peerMessage(data: unknown): PeerMessage | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { v, type, from, to, seq, deployment, fires } = data as Record<string, unknown>;
  if (v !== 1 || typeof from !== 'string' || typeof to !== 'string' || typeof seq !== 'number') return undefined;
  if (type === 'promise') return { v, type, from, to, seq };
  if (type !== 'ask' || typeof deployment !== 'string') return undefined;
  if (fires === undefined) return { v, type, deployment, from, to, seq };
  return areFires(fires) ? { v, type, deployment, from, to, seq, fires } : undefined;
}

function areFires(value: unknown): value is Fires {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((fire: unknown) => {
    if (typeof fire !== 'object' || fire === null) return false;
    const { token, lastFire, runs } = fire as Record<string, unknown>;
    return typeof token === 'number' && typeof lastFire === 'number' && typeof runs === 'number';
  });
}
