import { createHash, randomBytes } from 'node:crypto';
import type { Lane } from '../inbound-kind.ts';
import type { MqttConfig } from './spec.ts';

/** What the broker knows a subscriber by, and keeps for it. */
export interface Session {
  /** The broker lets one client have a name: whoever takes over throws out who does not know yet that its term is lost. */
  readonly clientId: string;
  readonly filter: string;
  /** The broker keeps it, and what comes for it, when the connection ends: the next holder goes on with it. */
  readonly kept: boolean;
  /** Messages that the broker may send before the first is acknowledged, where it is told: MQTT 5. */
  readonly ahead: number;
}

/**
 * Alone, a subscriber has one session. Replicas that share have one for each lane, all in one subscription of the broker:
 * what it has set aside for a lane waits for the lane's next holder. Without lanes each of them has one of its own, which
 * nobody else can ever take over, so it ends with its connection.
 */
export function sessionOf(config: MqttConfig, name: string, shared: boolean, lane: Lane | undefined): Session {
  const { topic, group, inFlight, clean } = config;
  const filter = shared ? `$share/${group ?? name.replace(/[/+#\s]/g, '_')}/${topic}` : topic;
  const own = config.clientId ?? `gantry-${digest(`${name} ${filter}`)}`;
  if (!shared) return { clientId: own, filter, kept: !clean, ahead: inFlight };
  if (lane === undefined)
    return { clientId: `${own}-${randomBytes(4).toString('hex')}`, filter, kept: false, ahead: inFlight };
  // Together they are to be no more than one replica may have in hand.
  return { clientId: `${own}-${lane.number}`, filter, kept: true, ahead: Math.ceil(inFlight / lane.of) };
}

/** Client ids of 23 characters at most are understood by every broker. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
