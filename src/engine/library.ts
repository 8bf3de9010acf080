import type { EndpointConfig } from '../artifacts/shape/spec.ts';
import type { XmlElement } from '../message/xml/tree.ts';
import type { CompiledSequence, CompiledTemplate, Endpoint, EndpointTemplate, Library, MessageStore } from './ports.ts';

/** What a key can lead to when no artifact has that name: a local entry or a file of the registry. */
export interface StoredArtifacts {
  /** The parsed XML behind "conf:...", "gov:...", "local:..." or a local entry's key; undefined when there is none. */
  xml(key: string): XmlElement | undefined;
  sequence(element: XmlElement, key: string): CompiledSequence | undefined;
  endpoint(element: XmlElement, key: string): EndpointConfig | undefined;
}

export interface LibraryParts {
  readonly sequences: ReadonlyMap<string, CompiledSequence>;
  readonly templates: ReadonlyMap<string, CompiledTemplate>;
  readonly endpointTemplates?: ReadonlyMap<string, EndpointTemplate>;
  readonly endpoints: ReadonlyMap<string, EndpointConfig>;
  readonly stores: ReadonlyMap<string, MessageStore>;
  readonly stored: StoredArtifacts;
  readonly createEndpoint: (config: EndpointConfig, library: Library) => Endpoint;
  readonly defaultEndpoint: (library: Library) => Endpoint;
}

/** Finds things by name. Endpoints are made once each, on first use, so that suspension has one place to live. */
export function createLibrary(parts: LibraryParts): Library {
  const endpoints = new Map<string, Endpoint | undefined>();
  const inline = new WeakMap<EndpointConfig, Endpoint>();
  const storedSequences = new Map<string, CompiledSequence | undefined>();
  let fallback: Endpoint | undefined;

  const library: Library = {
    sequence(key) {
      const named = parts.sequences.get(key);
      if (named) return named;
      return remembered(storedSequences, key, () => {
        const element = parts.stored.xml(key);
        return element && parts.stored.sequence(element, key);
      });
    },
    template: (name) => parts.templates.get(name),
    endpointTemplate: (name) => parts.endpointTemplates?.get(name),
    endpoint(key) {
      return remembered(endpoints, key, () => {
        const config = parts.endpoints.get(key) ?? fromStored(parts.stored, key);
        return config && parts.createEndpoint(config, library);
      });
    },
    inlineEndpoint(config) {
      let endpoint = inline.get(config);
      if (!endpoint) {
        endpoint = parts.createEndpoint(config, library);
        inline.set(config, endpoint);
      }
      return endpoint;
    },
    get defaultEndpoint() {
      return (fallback ??= parts.defaultEndpoint(library));
    },
    store: (name) => parts.stores.get(name),
  };
  return library;
}

function fromStored(stored: StoredArtifacts, key: string): EndpointConfig | undefined {
  const element = stored.xml(key);
  return element && stored.endpoint(element, key);
}

function remembered<T>(memory: Map<string, T | undefined>, key: string, find: () => T | undefined): T | undefined {
  if (memory.has(key)) return memory.get(key);
  const found = find();
  memory.set(key, found);
  return found;
}
