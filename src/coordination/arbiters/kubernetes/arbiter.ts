import { setImmediate as afterPolling } from 'node:timers/promises';
import type { Clock } from '../../../clock.ts';
import type { Logger } from '../../../log.ts';
import type { OpenedArbiter, Snapshot, SnapshotOptions, Version, Versioned } from '../../arbiter.ts';
import { memberKey, type Assignment, type MemberRecord, type RecordAt, type RecordKey } from '../../records.ts';
import { isNews } from '../news.ts';
import { ApiError } from './api-error.ts';
import type { ApiClient } from './client.ts';
import { ObjectCopy } from './copy.ts';
import { Mirror, type MirrorTimes } from './mirror.ts';
import {
  assignmentName,
  configMaps,
  leases,
  leaseSelector,
  objectName,
  partsOf,
  resourceOf,
  toObject,
  toRecord,
  versionOf,
  type KubernetesObject,
} from './objects.ts';

export interface KubernetesArbiterOptions {
  readonly client: ApiClient;
  readonly deployment: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly times: MirrorTimes;
}

type Parsed = Versioned<Assignment | MemberRecord>;

/**
 * Records as Leases and a ConfigMap (objects.ts). Writes and reads go to the API server, one request each; snapshots
 * come from copies that two watches keep. Where nobody asks for a snapshot or watches, as in a thread that only renews,
 * no watch runs.
 */
export class KubernetesArbiter implements OpenedArbiter {
  readonly #options: KubernetesArbiterOptions;
  /** Each object is parsed once. */
  readonly #parsed = new WeakMap<KubernetesObject, Parsed>();
  readonly #watchers = new Set<() => void>();
  readonly #copies: { readonly members: ObjectCopy; readonly assignment: ObjectCopy };
  readonly #mirrors: { readonly members: Mirror; readonly assignment: Mirror };
  /** The version of the assignment all of whose holders were looked for, though their leases are not in the copy. */
  #searchedFor: Version | undefined;

  constructor(options: KubernetesArbiterOptions) {
    this.#options = options;
    const copy = (): ObjectCopy => new ObjectCopy((before, after) => this.#changed(before, after));
    this.#copies = { members: copy(), assignment: copy() };
    const { deployment } = options;
    this.#mirrors = {
      members: new Mirror({
        ...options,
        resource: leases,
        selector: { labelSelector: leaseSelector(deployment) },
        copy: this.#copies.members,
      }),
      assignment: new Mirror({
        ...options,
        resource: configMaps,
        selector: { fieldSelector: `metadata.name=${assignmentName(deployment)}` },
        copy: this.#copies.assignment,
      }),
    };
  }

  async snapshot({ signal, known }: SnapshotOptions): Promise<Snapshot> {
    // What has arrived is read first: after a busy spell of this process the newest events still wait in their sockets.
    await afterPolling();
    await Promise.all([this.#mirrors.members.fresh(signal), this.#mirrors.assignment.fresh(signal)]);
    const assignment = this.#assignment();
    if (assignment && this.#searchedFor !== assignment.version) {
      // The two watches run side by side: that of the leases may not have told yet of a holder that just came.
      if (this.#lacksHolder(assignment.value)) await this.#mirrors.members.refresh(signal);
      this.#searchedFor = assignment.version;
    }
    const members = [...this.#copies.members.objects].flatMap((object) => this.#parse(object) ?? []);
    return {
      assignment: assignment && assignment.version === known ? 'same' : assignment,
      members: members as Versioned<MemberRecord>[],
    };
  }

  async read<K extends RecordKey>(key: K, signal: AbortSignal): Promise<Versioned<RecordAt<K>> | undefined> {
    const { client, deployment } = this.#options;
    const request = { verb: 'get', resource: resourceOf(key), name: objectName(deployment, key), signal } as const;
    try {
      return toRecord(await client.json<KubernetesObject>(request)) as Versioned<RecordAt<K>> | undefined;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async swap<K extends RecordKey>(
    key: K,
    value: RecordAt<K>,
    expected: Version | undefined,
    signal: AbortSignal,
  ): Promise<Version | undefined> {
    const { client, deployment, clock } = this.#options;
    const body = toObject(deployment, key, value, expected, clock.wall());
    const name = objectName(deployment, key);
    try {
      const { metadata } = await client.json<KubernetesObject>({
        ...(expected === undefined ? { verb: 'create' } : { verb: 'update', name }),
        resource: resourceOf(key),
        body,
        metadataOnly: true,
        signal,
      });
      const version = versionOf(metadata);
      this.#wrote(key, { ...(body as KubernetesObject), metadata }, { value, version });
      return version;
    } catch (error) {
      if (isOtherThere(error, expected !== undefined)) return undefined;
      throw error;
    }
  }

  async remove(key: RecordKey, expected: Version, signal: AbortSignal): Promise<boolean> {
    const { client, deployment } = this.#options;
    const name = objectName(deployment, key);
    const preconditions = partsOf(expected);
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions };
    try {
      await client.json({ verb: 'delete', resource: resourceOf(key), name, body, signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) return false;
      if (error instanceof ApiError && error.status === 404) return true;
      throw error;
    }
    this.#copyOf(key).deletedHere(name, preconditions.uid);
    return true;
  }

  watch(wake: () => void): () => void {
    const own = (): void => wake();
    this.#watchers.add(own);
    this.#mirrors.members.start();
    this.#mirrors.assignment.start();
    return () => void this.#watchers.delete(own);
  }

  async close(): Promise<void> {
    this.#watchers.clear();
    const closing = [this.#mirrors.members.close(), this.#mirrors.assignment.close()];
    this.#options.client.close();
    await Promise.all(closing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #wrote(key: RecordKey, object: KubernetesObject, record: Parsed): void {
    this.#parsed.set(object, record);
    this.#copyOf(key).put(object);
  }

  #copyOf(key: RecordKey): ObjectCopy {
    return key === 'assignment' ? this.#copies.assignment : this.#copies.members;
  }

  #assignment(): Versioned<Assignment> | undefined {
    const object = this.#copies.assignment.get(assignmentName(this.#options.deployment));
    return object && (this.#parse(object) as Versioned<Assignment> | undefined);
  }

  #lacksHolder({ artifacts }: Assignment): boolean {
    const holders = new Set(Object.values(artifacts).flatMap(({ holder }) => holder ?? []));
    const nameOf = (boot: string): string => objectName(this.#options.deployment, memberKey(boot));
    return [...holders].some((boot) => this.#copies.members.get(nameOf(boot)) === undefined);
  }

  #parse(object: KubernetesObject): Parsed | undefined {
    let parsed = this.#parsed.get(object);
    if (parsed) return parsed;
    parsed = toRecord(object);
    if (parsed) this.#parsed.set(object, parsed);
    return parsed;
  }

  #changed(before: KubernetesObject | undefined, after: KubernetesObject | undefined): void {
    if (this.#watchers.size === 0) return;
    const old = before && this.#parse(before)?.value;
    const now = after && this.#parse(after)?.value;
    if (old === now || (old && now && !isNews(old, now))) return;
    for (const wake of this.#watchers) wake();
  }
}

/** The answer says that another version is there, or that none is. */
function isOtherThere(error: unknown, isUpdate: boolean): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.status === 409 || (isUpdate && error.status === 404);
}
