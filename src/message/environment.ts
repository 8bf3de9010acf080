import type { Fault } from '../errors.ts';

/**
 * What an expression may ask of the process it runs in. The runtime fills it; tests use `emptyEnvironment`.
 */
export interface Environment {
  /** `${configs.x}`: environment variable, then config.properties. Undefined when unset. */
  config(name: string): string | undefined;
  /** A registry resource or local entry by key ("conf:/a/b.txt", "gov:...", "resources:...", or a local entry's key). */
  resource(key: string): Resource | undefined;
  /** `wso2:vault-lookup('alias')`, `$secret{alias}`. */
  secret(alias: string): string | undefined;
  /** `$SYSTEM:x`, scope "system" of get-property. */
  system(name: string): string | undefined;
  /** `$FILE:x`, scope "file" of get-property. */
  file(name: string): string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /** Something that counts as empty because it could not be computed: to be logged, the flow goes on. */
  report?(fault: Fault): void;
}

/** A stored text or binary with its properties: registry resource or local entry. */
export interface Resource {
  readonly key: string;
  readonly mediaType: string | undefined;
  readonly bytes: Uint8Array;
  property(name: string): string | undefined;
}

export const emptyEnvironment: Environment = {
  config: () => undefined,
  resource: () => undefined,
  secret: () => undefined,
  system: () => undefined,
  file: () => undefined,
  now: () => Date.now(),
};
