import type { Cluster, KubernetesObject } from '../../cluster/cluster.ts';
import { kinds } from '../../cluster/kinds.ts';
import type { FileMap } from '../inside/source.ts';
import type { Key } from '../names.ts';

interface Watched {
  readonly name: string;
  readonly stop: AbortController;
  /** Until it was listed nobody knows. */
  state: 'unknown' | FileMap | undefined;
}

/** The ConfigMaps that Integrations name, each watched by itself: those of others are not looked at. */
export class FileMaps {
  readonly #cluster: Cluster;
  readonly #onChange: (key: Key) => void;
  readonly #signal: AbortSignal;
  readonly #watched = new Map<Key, Watched>();

  constructor(cluster: Cluster, onChange: (key: Key) => void, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#onChange = onChange;
    this.#signal = signal;
  }

  /** What an Integration names; 'unknown' while the API server was not heard, and it comes back to `onChange`. */
  look(key: Key, name: string | undefined): 'unknown' | FileMap | undefined {
    const known = this.#watched.get(key);
    if (known?.name === name) return known?.state;
    known?.stop.abort();
    this.#watched.delete(key);
    if (name === undefined) return undefined;
    this.#watch(key, name);
    return 'unknown';
  }

  #watch(key: Key, name: string): void {
    const stop = new AbortController();
    const watched: Watched = { name, stop, state: 'unknown' };
    this.#watched.set(key, watched);
    const become = (object: KubernetesObject | undefined): void => {
      watched.state = object;
      this.#onChange(key);
    };
    const namespace = key.slice(0, key.indexOf('/'));
    const query = { kind: kinds.configMaps, namespace, fieldSelector: `metadata.name=${name}` };
    void this.#cluster.watch(
      query,
      (event) => {
        if (event.type === 'put') become(event.object);
        else if (event.type === 'gone') become(undefined);
        else if (event.type === 'listed') become(event.objects[0]);
      },
      AbortSignal.any([stop.signal, this.#signal]),
    );
  }
}
