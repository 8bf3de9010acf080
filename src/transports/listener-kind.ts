import type { ParameterShape, ParametersOf } from '../artifacts/parameters.ts';
import type { Intake } from '../engine/ports.ts';
import type { Position, Problem } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../message/environment.ts';
import type { RequestHandler } from './http/listener.ts';

/** What a listening inbound endpoint is given to work with. */
export interface ListenerParts {
  /** Of the inbound endpoint. */
  readonly name: string;
  /** As it is written: "httpws". */
  readonly protocol: string;
  readonly at: Position;
  /** The port to listen on: the one of the parameters, or 0 for any where a load balancer has that one. */
  readonly port: number;
  readonly host: string;
  readonly environment: Environment;
  readonly log: Logger;
  /** A file that a parameter names, as a path. */
  readonly locate: (file: string) => string;
  /** Takes requests: APIs and proxies behind the pattern, else the sequence. */
  readonly requests: (dispatch: Dispatch) => RequestHandler;
  /** Takes messages that are no requests. */
  readonly intake: Intake;
  /** The same for another sequence. */
  readonly intakeOf: (sequence: string, onError: string | undefined) => Intake;
}

/** Which requests go to APIs and proxies instead of the sequence. */
export interface Dispatch {
  /** Paths that go to any API or proxy that takes them. */
  readonly pattern: RegExp | undefined;
  /** Whether APIs that are bound to this inbound endpoint (binds-to) are asked first. */
  readonly toBoundApis: boolean;
}

/** An open door. */
export interface Door {
  /** Really taken. */
  readonly port: number;
  /** Requests and messages so far. */
  readonly count: number;
  /** From now on each answer is the last of its connection. */
  sayGoodbye(): void;
  /** Takes nothing more, finishes what is in hand, aborts the rest at the deadline. */
  close(deadlineMs: number): Promise<void>;
}

/** A protocol that others connect to, described once. Every replica listens. */
export interface ListenerKind<S extends ParameterShape = ParameterShape> {
  /** "https": its name on the reference page. */
  readonly name: string;
  readonly summary: string;
  readonly notes?: string;
  /** Values of the attribute `protocol`. */
  readonly protocols: readonly string[];
  readonly parameters: S;
  portOf(config: ParametersOf<S>): number;
  /** What single parameters cannot see. An error keeps it closed. */
  check?(config: ParametersOf<S>, at: Position): readonly Problem[];
  /** Rejects with what to say when it cannot listen: a port that is taken, a key that cannot be read. */
  open(config: ParametersOf<S>, parts: ListenerParts): Promise<Door>;
}

/** Keeps the types of parameters and config together. */
export function defineListener<const S extends ParameterShape>(kind: ListenerKind<S>): ListenerKind<S> {
  return kind;
}
