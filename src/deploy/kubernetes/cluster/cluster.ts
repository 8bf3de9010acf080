import type { Manifest } from '../manifests/manifest.ts';

/** Any object as the API server gives it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  /** RFC 3339. */
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly { readonly manager?: string; readonly operation?: string }[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** A kind of object and where it is found. */
export interface ResourceKind {
  /** "v1", "apps/v1", "gantry.dev/v1alpha1". */
  readonly apiVersion: string;
  readonly kind: string;
  /** As in the path: "deployments". */
  readonly plural: string;
  readonly namespaced: boolean;
}

export interface ObjectRef {
  readonly kind: ResourceKind;
  readonly name: string;
  /** Of the context when left out. */
  readonly namespace?: string;
}

export interface ListQuery {
  readonly kind: ResourceKind;
  /** Of the context when left out; 'all' for every namespace. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ApplyOptions {
  /** Who owns the fields from now on. */
  readonly manager: string;
  /** Takes fields over from other managers; otherwise they are a conflict (ApiError 409, reason Conflict). */
  readonly force?: boolean;
  /** The server checks and answers as if, and keeps nothing. */
  readonly dryRun?: boolean;
  readonly subresource?: 'status' | 'scale';
  readonly signal: AbortSignal;
}

export type WatchEvent =
  | { readonly type: 'put'; readonly object: KubernetesObject }
  | { readonly type: 'gone'; readonly object: KubernetesObject }
  /** The list is complete: everything the server has was told, and what was not is gone. */
  | { readonly type: 'listed'; readonly objects: readonly KubernetesObject[] }
  /** The server is not reached, or refuses; it is tried again, with back-off, for ever. */
  | { readonly type: 'trouble'; readonly error: Error };

/** What the commands, the operator and the tests say to a cluster. Rejects with ApiError when the answer is no. */
export interface Cluster {
  /** "https://10.0.0.1:6443". */
  readonly server: string;
  /** Of the context, or of the pod. */
  readonly namespace: string;
  /** Undefined when there is none. */
  get<T extends KubernetesObject>(ref: ObjectRef, signal: AbortSignal): Promise<T | undefined>;
  list<T extends KubernetesObject>(query: ListQuery, signal: AbortSignal): Promise<readonly T[]>;
  /** List, then watch from there, and again for ever until the signal aborts. */
  watch(query: ListQuery, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<void>;
  /** Server-side apply. Strict: an unknown field is refused. */
  apply<T extends KubernetesObject>(manifest: Manifest | KubernetesObject, options: ApplyOptions): Promise<T>;
  create<T extends KubernetesObject>(object: KubernetesObject, signal: AbortSignal): Promise<T>;
  /** Compare and swap on resourceVersion. */
  update<T extends KubernetesObject>(
    object: KubernetesObject,
    options: { readonly subresource?: 'status'; readonly signal: AbortSignal },
  ): Promise<T>;
  /** RFC 7386. */
  patch<T extends KubernetesObject>(ref: ObjectRef, patch: object, signal: AbortSignal): Promise<T>;
  /** False when it was gone already. With a uid only that very object. */
  delete(
    ref: ObjectRef,
    options: { readonly uid?: string; readonly graceSeconds?: number; readonly signal: AbortSignal },
  ): Promise<boolean>;
  /** The log of a container as it comes, line by line. */
  logs(
    pod: { readonly name: string; readonly namespace?: string },
    options: {
      readonly follow?: boolean;
      readonly previous?: boolean;
      readonly tailLines?: number;
      readonly sinceSeconds?: number;
      readonly signal: AbortSignal;
    },
  ): AsyncIterable<string>;
  /** What a pod answers there, whatever its status; through the API server, which needs the right to get pods/proxy. */
  podSays?(
    pod: { readonly name: string; readonly namespace?: string },
    at: { readonly port: number; readonly path: string },
    signal: AbortSignal,
  ): Promise<string>;
  /** Asks the API server whether whoever calls may do so (SelfSubjectAccessReview). */
  may(
    verb: string,
    ref: { readonly kind: ResourceKind; readonly namespace?: string },
    signal: AbortSignal,
  ): Promise<boolean>;
  close(): void;
}
