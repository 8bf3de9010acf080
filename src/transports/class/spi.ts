import type { Logger } from '../../log.ts';

/**
 * An inbound endpoint written in TypeScript or JavaScript: the module whose file is named like the class of the
 * <inboundEndpoint> element exports such a class as default. `inbound.behavior` says which method is called:
 *
 *   polling      poll, every `interval` milliseconds or when `cronExpression` says; never two at once
 *   eventBased   listen, once; it takes events until its signal aborts
 *   listening    listen, on every replica: it opens a port of its own
 *
 *   export default class Lottery {
 *     async poll({ parameters, inject }) { await inject({ json: { limit: parameters.limit } }); }
 *   }
 */
export interface InboundClass {
  new (): InboundInstance;
}

export interface InboundInstance {
  /** Before the first of the others; what it throws is tried again. */
  init?(context: InboundContext): void | Promise<void>;
  poll?(context: InboundContext): void | Promise<void>;
  /** May resolve once it has begun: it counts as at work until its signal aborts. Rejects to be begun again. */
  listen?(context: InboundContext): void | Promise<void>;
  /** Ends connections; nothing is injected any more. */
  close?(): void | Promise<void>;
}

export interface InboundContext {
  /** Of the inbound endpoint. */
  readonly name: string;
  /** Every <parameter>. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The fencing token of this replica's term: pass it to what the class writes to. */
  readonly token: number;
  /** Aborted when another replica takes over, or this one stops: take nothing more. What is injected still finishes. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /**
   * Runs the sequence with a message. Acknowledge what it was made of when this is `done`, put it back on `requeue`,
   * and treat it as failed on `rollback`; do none of it when `mayAcknowledge` is false then.
   */
  inject(body: InboundBody, options?: InjectOptions): Promise<'done' | 'rollback' | 'requeue'>;
  /** False once the term is lost: another replica will take the message again. */
  mayAcknowledge(): boolean;
  /** Says on health, metrics and log that it cannot work now, and why; undefined: it can. */
  waits(reason: string | undefined): void;
}

export type InboundBody =
  | { readonly json: unknown }
  | { readonly text: string }
  | { readonly xml: string }
  | { readonly bytes: Uint8Array; readonly contentType: string };

export interface InjectOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
  /** Names this very message, whoever takes it again: sent as Idempotency-Key. */
  readonly key?: string;
}
