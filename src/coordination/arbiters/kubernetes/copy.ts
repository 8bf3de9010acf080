import type { KubernetesObject } from './objects.ts';

/** What changed under one name; undefined where there is nothing. */
export type Change = (before: KubernetesObject | undefined, after: KubernetesObject | undefined) => void;

/**
 * Objects of one collection as far as they are known here, told by lists, by a watch, and by the answers to one's own
 * writes, in any order. What is older than what is known changes nothing.
 *
 * resourceVersions are compared as numbers. The API promised only their equality for long, but every API server has
 * always given out its store's count of writes, and Kubernetes 1.35 made that a promise.
 */
export class ObjectCopy {
  readonly #objects = new Map<string, KubernetesObject>();
  /** uids deleted from here, whose last event has not come by yet. A uid never comes back. */
  readonly #deleted = new Set<string>();
  readonly #onChange: Change;
  /** Everything up to that version was told by a list or the watch. */
  #told = 0;

  constructor(onChange: Change) {
    this.#onChange = onChange;
  }

  get objects(): Iterable<KubernetesObject> {
    return this.#objects.values();
  }

  get(name: string): KubernetesObject | undefined {
    return this.#objects.get(name);
  }

  /** The watch got that far. */
  reached(version: string | undefined): void {
    this.#told = Math.max(this.#told, numberOf(version));
  }

  /** The watch, or the answer to one's own write, says that it exists so. The watch may be the faster one. */
  put(object: KubernetesObject): void {
    if (numberOf(object.metadata.resourceVersion) > this.#told) this.#set(object);
  }

  /** A watch says that it was deleted; `last` has the version of its deletion. */
  deleted(last: KubernetesObject): void {
    const { name, uid = '' } = last.metadata;
    this.#deleted.delete(uid);
    const before = this.#objects.get(name);
    if (before && isNewer(last, before)) this.#drop(name, before);
  }

  /** The answer to one's own deletion, which has no version. */
  deletedHere(name: string, uid: string): void {
    this.#deleted.add(uid);
    const before = this.#objects.get(name);
    if (before?.metadata.uid === uid) this.#drop(name, before);
  }

  /** Everything there was at that version; what was written here since stays. */
  replace(listed: readonly KubernetesObject[], version: string): void {
    this.reached(version);
    const names = new Set(listed.map(({ metadata }) => metadata.name));
    for (const [name, known] of this.#objects)
      if (!names.has(name) && numberOf(known.metadata.resourceVersion) <= numberOf(version)) this.#drop(name, known);
    for (const object of listed) this.#set(object);
    const there = new Set(listed.map(({ metadata }) => metadata.uid));
    for (const uid of this.#deleted) if (!there.has(uid)) this.#deleted.delete(uid);
  }

  /** Whether all of that is known here. */
  agrees(listed: readonly KubernetesObject[]): boolean {
    const names = new Set(listed.map(({ metadata }) => metadata.name));
    return (
      [...this.#objects.keys()].every((name) => names.has(name)) &&
      listed.every((object) => {
        const known = this.#objects.get(object.metadata.name);
        return known !== undefined && !isNewer(object, known);
      })
    );
  }

  #set(object: KubernetesObject): void {
    const { name, uid = '' } = object.metadata;
    const before = this.#objects.get(name);
    if (this.#deleted.has(uid) || (before && !isNewer(object, before))) return;
    this.#objects.set(name, object);
    this.#onChange(before, object);
  }

  #drop(name: string, before: KubernetesObject): void {
    this.#objects.delete(name);
    this.#onChange(before, undefined);
  }
}

function isNewer(one: KubernetesObject, than: KubernetesObject): boolean {
  return numberOf(one.metadata.resourceVersion) > numberOf(than.metadata.resourceVersion);
}

function numberOf(version: string | undefined): number {
  return Number(version ?? 0);
}
