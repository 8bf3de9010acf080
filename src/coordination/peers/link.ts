import type { PeerMessage } from './messages.ts';

export type OnPeerMessage = (message: PeerMessage, answer: (message: PeerMessage) => void) => void;

/** How messages travel between processes: they may be lost, late or out of order, and nobody says so. */
export interface PeerLink {
  /** Where others reach this process: "host:port". */
  readonly address: string;
  send(address: string, message: PeerMessage): void;
  /** One listener; answers go back where the message came from. */
  listen(listener: OnPeerMessage): void;
  /** Only these addresses will be written to from now on. */
  keep(addresses: ReadonlySet<string>): void;
  close(): void;
}
