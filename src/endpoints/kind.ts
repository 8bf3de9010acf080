import type { ConfigOf, ElementSpec, EndpointConfig, Shape } from '../artifacts/shape/spec.ts';
import type { Clock } from '../clock.ts';
import type { Endpoint, Library, Sender } from '../engine/ports.ts';
import type { Logger } from '../log.ts';

/** What endpoints are made with. */
export interface EndpointContext {
  readonly senders: readonly Sender[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds for an answer when the endpoint says nothing. */
  readonly globalTimeoutMs: number;
  readonly library: Library;
}

/** An endpoint as it was written, with the context it is made in. */
export interface Making<C> extends EndpointContext {
  readonly config: C;
  readonly written: EndpointConfig;
  /** For the log and the management API; "" for one written in place. */
  readonly name: string;
}

/** One kind of endpoint: its description and how a running one is made. */
export interface EndpointKind<C = unknown> extends ElementSpec<C> {
  create(making: Making<C>): Endpoint;
}

/** Ties the config's type to the shape. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function defineEndpoint<S extends Shape>(kind: EndpointKind<ConfigOf<S>> & { readonly shape: S }): EndpointKind {
  return kind;
}

/** Makes the running endpoint of what was written. */
export function createEndpoint(written: EndpointConfig, context: EndpointContext): Endpoint {
  const kind = written.spec as EndpointKind;
  return kind.create({ ...context, config: written.config, written, name: written.name ?? '' });
}
