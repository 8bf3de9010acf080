import type { ElementSpec } from './spec.ts';

/** Why an element of Synapse is known but cannot run here, as a hint for its author. */
export interface Unsupported {
  readonly hint: string;
}

/**
 * The elements a reader may meet inside flows. The artifacts room knows none of them by itself:
 * mediators and endpoints bring their own descriptions, so that adding one is one folder and one line.
 */
export interface Vocabulary {
  mediator(tag: string): ElementSpec | Unsupported | undefined;
  mediatorTags(): readonly string[];
  /** The kind element inside <endpoint>: address, http, failover, ... */
  endpoint(tag: string): ElementSpec | Unsupported | undefined;
  endpointTags(): readonly string[];
}

export function isUnsupported(found: ElementSpec | Unsupported): found is Unsupported {
  return !('shape' in found);
}

/** Builds a vocabulary from lists; `unsupported` maps tags to hints. */
export function createVocabulary(parts: {
  readonly mediators?: readonly ElementSpec[];
  readonly endpoints?: readonly ElementSpec[];
  readonly unsupported?: Readonly<Record<string, string>>;
}): Vocabulary {
  const mediators = new Map(parts.mediators?.map((spec) => [spec.tag, spec]));
  const endpoints = new Map(parts.endpoints?.map((spec) => [spec.tag, spec]));
  const hint = (tag: string): Unsupported | undefined => {
    const text = parts.unsupported?.[tag];
    return text === undefined ? undefined : { hint: text };
  };
  return {
    mediator: (tag) => mediators.get(tag) ?? hint(tag),
    mediatorTags: () => [...mediators.keys()],
    endpoint: (tag) => endpoints.get(tag) ?? hint(tag),
    endpointTags: () => [...endpoints.keys()],
  };
}
