/**
 * What the cluster has, as far as Integrations are concerned: one list and watch for each kind, and everything sorted by
 * the Integration it belongs to, so that a decision asks the API server nothing.
 */
import type { Cluster, KubernetesObject, ListQuery, ResourceKind } from '../../cluster/cluster.ts';
import { kinds } from '../../cluster/kinds.ts';
import { deploymentLabel, instanceLabel, keyOf, managedSelector, ownerOf, type Key } from '../names.ts';
import { integrations } from '../resource/integration.ts';
import { controllerRevisions } from '../revisions/revision.ts';

export interface Collection {
  /** Also what names the copy's part: 'Assignment' for the ConfigMaps of members. */
  readonly name: string;
  readonly kind: ResourceKind;
  readonly labelSelector?: string;
  /** It is there only on some clusters. */
  readonly optional?: boolean;
  readonly keyOf: (object: KubernetesObject) => Key | undefined;
}

function keyOfOwner(object: KubernetesObject): Key | undefined {
  const owner = ownerOf(object);
  return owner && `${object.metadata.namespace ?? ''}/${owner.name}`;
}

const byLabel =
  (label: string) =>
  ({ metadata }: KubernetesObject): Key | undefined => {
    const name = metadata.labels?.[label];
    return name === undefined ? undefined : `${metadata.namespace ?? ''}/${name}`;
  };

const made = (kind: ResourceKind, optional?: true): Collection => ({
  name: kind.kind,
  kind,
  labelSelector: managedSelector,
  keyOf: keyOfOwner,
  ...(optional && { optional }),
});

export const collections: readonly Collection[] = [
  { name: 'Integration', kind: integrations, keyOf },
  made(kinds.deployments),
  made(kinds.services),
  made(kinds.configMaps),
  made(kinds.serviceAccounts),
  made(kinds.roles),
  made(kinds.roleBindings),
  made(kinds.networkPolicies),
  made(kinds.podDisruptionBudgets),
  made(kinds.autoscalers),
  made(kinds.ingresses),
  made(kinds.httpRoutes, true),
  made(kinds.scaledObjects, true),
  made(kinds.triggerAuthentications, true),
  made(controllerRevisions),
  {
    name: 'Pod',
    kind: kinds.pods,
    labelSelector: managedSelector,
    keyOf: (pod) => keyOfOwner(pod) ?? byLabel(instanceLabel)(pod),
  },
  { name: 'Assignment', kind: kinds.configMaps, labelSelector: deploymentLabel, keyOf: byLabel(deploymentLabel) },
];

export interface CopiesOptions {
  readonly cluster: Cluster;
  /** 'all', or the one that is looked after. */
  readonly namespace: string;
  readonly onChange: (key: Key) => void;
  readonly onTrouble: (collection: string, error: Error) => void;
}

type Part = Map<string, KubernetesObject>;

export class Copies {
  readonly #options: CopiesOptions;
  readonly #parts = new Map<string, Part>(collections.map(({ name }) => [name, new Map()]));
  readonly #byKey = new Map<Key, Map<string, Part>>();
  readonly #lacking = new Set<Collection>();

  constructor(options: CopiesOptions) {
    this.#options = options;
  }

  /** Resolves when everything was listed once; goes on until the signal aborts. */
  async start(signal: AbortSignal): Promise<void> {
    await Promise.all(
      collections.map(async (collection) => {
        if (collection.optional === true && !(await this.#isThere(collection, signal))) this.#lacking.add(collection);
        else await this.#follow(collection, signal);
      }),
    );
  }

  /** Kinds that the cluster does not have. */
  get lacking(): ReadonlySet<string> {
    return new Set([...this.#lacking].map(({ name }) => name));
  }

  /** True when the cluster has got one of them since; it is followed from then on. */
  async lookForLacking(signal: AbortSignal): Promise<boolean> {
    const before = this.#lacking.size;
    for (const collection of this.#lacking) {
      if (!(await this.#isThere(collection, signal)) || !this.#lacking.delete(collection)) continue;
      await this.#follow(collection, signal);
    }
    return this.#lacking.size < before;
  }

  of(key: Key, name: string): readonly KubernetesObject[] {
    return [...(this.#byKey.get(key)?.get(name)?.values() ?? [])];
  }

  /** Every object that belongs to it, of those collections that hold what was made. */
  made(key: Key): readonly KubernetesObject[] {
    const other = new Set(['Integration', 'Pod', 'Assignment', controllerRevisions.kind]);
    return collections.filter(({ name }) => !other.has(name)).flatMap(({ name }) => this.of(key, name));
  }

  keys(): readonly Key[] {
    return [...this.#parts.get('Integration')!.keys()];
  }

  /** The answer to one's own write, which the watch tells later. */
  put(object: KubernetesObject): void {
    const collection = collections.find(({ kind }) => kind.kind === object.kind);
    if (collection !== undefined) this.#put(collection, object);
  }

  drop(object: KubernetesObject): void {
    const collection = collections.find(({ kind }) => kind.kind === object.kind);
    if (collection !== undefined) this.#drop(collection, object);
  }

  /** What a cluster does not have cannot be watched. */
  async #isThere({ kind }: Collection, signal: AbortSignal): Promise<boolean> {
    const { cluster, namespace } = this.#options;
    return cluster.list({ kind, namespace }, signal).then(
      () => true,
      () => false,
    );
  }

  #follow(collection: Collection, signal: AbortSignal): Promise<void> {
    const { cluster, namespace, onTrouble } = this.#options;
    const { kind, labelSelector, name } = collection;
    const query: ListQuery = { kind, namespace, ...(labelSelector !== undefined && { labelSelector }) };
    return new Promise((resolve) => {
      const watching = cluster.watch(
        query,
        (event) => {
          switch (event.type) {
            case 'put':
              return this.#put(collection, event.object);
            case 'gone':
              return this.#drop(collection, event.object);
            case 'listed':
              this.#replace(collection, event.objects);
              return resolve();
            case 'trouble':
              return onTrouble(name, event.error);
          }
        },
        signal,
      );
      void watching.finally(resolve);
    });
  }

  #replace(collection: Collection, listed: readonly KubernetesObject[]): void {
    const there = new Set(listed.map(keyOf));
    for (const [at, object] of this.#parts.get(collection.name)!) if (!there.has(at)) this.#drop(collection, object);
    for (const object of listed) this.#put(collection, object);
  }

  #put(collection: Collection, object: KubernetesObject): void {
    const at = keyOf(object);
    const part = this.#parts.get(collection.name)!;
    const before = part.get(at);
    if (before !== undefined && !isNewer(object, before)) return;
    const kept = slim(object);
    part.set(at, kept);
    const key = collection.keyOf(object);
    const was = before && collection.keyOf(before);
    if (was !== undefined && was !== key) this.#byKey.get(was)?.get(collection.name)?.delete(at);
    if (key !== undefined) this.#partOf(key, collection.name).set(at, kept);
    for (const one of new Set([was, key])) if (one !== undefined) this.#options.onChange(one);
  }

  #drop(collection: Collection, object: KubernetesObject): void {
    const at = keyOf(object);
    const part = this.#parts.get(collection.name)!;
    const before = part.get(at);
    // Another one of that name may have come since.
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return;
    part.delete(at);
    const key = collection.keyOf(before);
    if (key === undefined) return;
    const parts = this.#byKey.get(key);
    const own = parts?.get(collection.name);
    own?.delete(at);
    if (own?.size === 0) parts!.delete(collection.name);
    if (parts?.size === 0) this.#byKey.delete(key);
    this.#options.onChange(key);
  }

  #partOf(key: Key, name: string): Part {
    let parts = this.#byKey.get(key);
    if (parts === undefined) this.#byKey.set(key, (parts = new Map()));
    let part = parts.get(name);
    if (part === undefined) parts.set(name, (part = new Map()));
    return part;
  }
}

/** Versions are counts of the store's writes; another uid is another object. */
function isNewer({ metadata: one }: KubernetesObject, { metadata: than }: KubernetesObject): boolean {
  return one.uid !== than.uid || Number(one.resourceVersion ?? 0) > Number(than.resourceVersion ?? 0);
}

/** Who wrote which field is half of an object, and of pods only the state is looked at. */
function slim(object: KubernetesObject): KubernetesObject {
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  if (object.kind !== 'Pod') return { ...object, metadata };
  const { spec, ...rest } = object;
  const { nodeName } = (spec ?? {}) as { readonly nodeName?: string };
  return { ...rest, metadata, spec: { nodeName } };
}
