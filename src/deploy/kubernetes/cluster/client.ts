/**
 * The API server's HTTP for any kind of object:
 *
 *   /api/v1, /apis/<group>/<version>      then  /namespaces/<namespace>  for what is in one
 *   GET .../<plural>[?labelSelector=...&fieldSelector=...&limit=...&continue=...]     one page of a list
 *   GET .../<plural>?watch=1&resourceVersion=...&allowWatchBookmarks=true             watching.ts
 *   POST .../<plural>;  GET, PUT, PATCH, DELETE .../<plural>/<name>[/status|/scale]
 *   PATCH as application/apply-patch+yaml   server-side apply: fieldManager, force, fieldValidation, dryRun
 *   GET .../pods/<name>/log?follow=true&...   text
 *   GET .../pods/<name>:<port>/proxy/<path>   what the pod answers
 *   GET .../pods/<name>/exec?command=...      running-inside.ts
 *   POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews
 *
 * A Warning header says what else the server wants to be known: 299 - "text".
 */
import type { IncomingMessage } from 'node:http';
import { systemClock, type Clock } from '../../../clock.ts';
import type { Access } from '../../../coordination/arbiters/kubernetes/access.ts';
import { ApiError, NotReachedError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import { Transport, type Call } from '../../../coordination/arbiters/kubernetes/transport.ts';
import { Explained, Verbatim, type Manifest } from '../manifests/manifest.ts';
import type {
  ApplyOptions,
  Cluster,
  KubernetesObject,
  ListQuery,
  ObjectRef,
  ResourceKind,
  WatchEvent,
} from './cluster.ts';
import { groupOf, kinds, refOf } from './kinds.ts';
import { linesOf } from './lines.ts';
import { channelProtocol, hearToTheEnd, type Ran } from './running-inside.ts';
import { defaultWatchTimes, Watching, type Collection, type WatchTimes } from './watching.ts';

export interface ClusterClientOptions {
  readonly access: Access;
  readonly clock?: Clock;
  readonly times?: WatchTimes;
  /** What the server wants to be known beside its answers; each text comes once. */
  readonly onWarning?: (text: string) => void;
}

interface ListPage {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly KubernetesObject[] | null;
}

/** What a call is about; `namespace` 'all' for every one. */
interface Place {
  readonly verb: string;
  readonly kind: ResourceKind;
  readonly namespace?: string | undefined;
  readonly name?: string;
  readonly subresource?: string | undefined;
}

type Query = Readonly<Record<string, string | undefined>>;

const pageSize = '500';
/** Whoever asks may give up sooner; a server that hangs is not waited for any longer. */
const answerMs = 20_000;

export class ClusterClient implements Cluster {
  readonly server: string;
  readonly namespace: string;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #times: WatchTimes;
  readonly #onWarning: ((text: string) => void) | undefined;
  readonly #warned = new Set<string>();

  constructor({ access, clock = systemClock, times = defaultWatchTimes, onWarning }: ClusterClientOptions) {
    this.server = access.server;
    this.namespace = access.namespace;
    this.#transport = new Transport(access, clock);
    this.#clock = clock;
    this.#times = times;
    this.#onWarning = onWarning;
  }

  async get<T extends KubernetesObject>(ref: ObjectRef, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await this.#ask<T>('GET', { verb: 'get', ...ref }, signal);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async list<T extends KubernetesObject>(query: ListQuery, signal: AbortSignal): Promise<readonly T[]> {
    return (await this.#listAll(query, signal)).objects as readonly T[];
  }

  async watch(query: ListQuery, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<void> {
    const place: Place = { verb: 'watch', kind: query.kind, namespace: query.namespace };
    const collection: Collection = {
      list: (inner) => this.#listAll(query, inner),
      watch: (version, timeoutSeconds, inner) =>
        this.#transport.send(
          this.#callOf('GET', place, inner, {
            ...selectors(query),
            watch: '1',
            resourceVersion: version,
            allowWatchBookmarks: 'true',
            timeoutSeconds: String(timeoutSeconds),
          }),
        ),
      asked: this.#callOf('GET', place, signal).asked,
    };
    await new Watching(collection, onEvent, this.#clock, this.#times).run(signal);
  }

  async apply<T extends KubernetesObject>(
    manifest: Manifest | KubernetesObject,
    { manager, force, dryRun, subresource, signal }: ApplyOptions,
  ): Promise<T> {
    const { managedFields: _managedFields, ...metadata } = manifest.metadata;
    const query = {
      fieldManager: manager,
      fieldValidation: 'Strict',
      force: force ? 'true' : undefined,
      dryRun: dryRun ? 'All' : undefined,
    };
    const body = JSON.stringify({ ...manifest, metadata }, withoutReasons);
    const place = { verb: 'patch', ...refOf(manifest), subresource };
    return this.#ask<T>('PATCH', place, signal, query, body, 'application/apply-patch+yaml');
  }

  async create<T extends KubernetesObject>(object: KubernetesObject, signal: AbortSignal): Promise<T> {
    const { name: _name, ...place } = refOf(object);
    return this.#ask<T>('POST', { verb: 'create', ...place }, signal, {}, JSON.stringify(object));
  }

  async update<T extends KubernetesObject>(
    object: KubernetesObject,
    { subresource, signal }: { readonly subresource?: 'status'; readonly signal: AbortSignal },
  ): Promise<T> {
    const place = { verb: 'update', ...refOf(object), subresource };
    return this.#ask<T>('PUT', place, signal, {}, JSON.stringify(object));
  }

  async patch<T extends KubernetesObject>(ref: ObjectRef, patch: object, signal: AbortSignal): Promise<T> {
    const place = { verb: 'patch', ...ref };
    return this.#ask<T>('PATCH', place, signal, {}, JSON.stringify(patch), 'application/merge-patch+json');
  }

  async delete(
    ref: ObjectRef,
    {
      uid,
      graceSeconds,
      signal,
    }: { readonly uid?: string; readonly graceSeconds?: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      gracePeriodSeconds: graceSeconds,
      preconditions: uid === undefined ? undefined : { uid },
    });
    try {
      await this.#ask('DELETE', { verb: 'delete', ...ref }, signal, {}, body);
      return true;
    } catch (error) {
      // 409: another object of that name, so the one that was meant is gone.
      if (error instanceof ApiError && (error.status === 404 || (error.status === 409 && uid !== undefined)))
        return false;
      throw error;
    }
  }

  async *logs(
    pod: { readonly name: string; readonly namespace?: string },
    options: {
      readonly follow?: boolean;
      readonly previous?: boolean;
      readonly tailLines?: number;
      readonly sinceSeconds?: number;
      readonly signal: AbortSignal;
    },
  ): AsyncGenerator<string, void, undefined> {
    const place: Place = { verb: 'get', kind: kinds.pods, ...pod, subresource: 'log' };
    const call = this.#callOf('GET', place, options.signal, {
      follow: options.follow ? 'true' : undefined,
      previous: options.previous ? 'true' : undefined,
      tailLines: options.tailLines?.toString(),
      sinceSeconds: options.sinceSeconds?.toString(),
    });
    yield* linesOf(await this.#transport.send({ ...call, accept: 'text/plain, application/json' }));
  }

  async podSays(
    { name, namespace }: { readonly name: string; readonly namespace?: string },
    { port, path }: { readonly port: number; readonly path: string },
    signal: AbortSignal,
  ): Promise<string> {
    const place: Place = { verb: 'get', kind: kinds.pods, namespace, name: `${name}:${port}`, subresource: 'proxy' };
    const call = this.#callOf('GET', place, signal);
    try {
      return await textOf(await this.#transport.send({ ...call, path: call.path + path, accept: '*/*' }));
    } catch (error) {
      if (error instanceof ApiError && error.reason === '') return error.said;
      throw error;
    }
  }

  /** Runs a command inside of a container, to its end; needs the rights to get and to create pods/exec. */
  async run(
    { pod, name, namespace }: { readonly pod: string; readonly name: string; readonly namespace?: string },
    command: readonly string[],
    signal: AbortSignal,
  ): Promise<Ran> {
    // Kubernetes up to 1.34 takes the opening of a WebSocket for a get, later ones for a create as well.
    const place: Place = { verb: 'create', kind: kinds.pods, namespace, name: pod, subresource: 'exec' };
    const { path, asked } = this.#callOf('GET', place, signal);
    const words = command.map((word) => ['command', word]);
    const query = new URLSearchParams([['container', name], ...words, ['stdout', 'true'], ['stderr', 'true']]);
    const socket = await this.#transport.webSocket(
      { path: `${path}?${query.toString()}`, asked, signal },
      channelProtocol,
    );
    return hearToTheEnd(socket, asked, signal);
  }

  async may(
    verb: string,
    { kind, namespace }: { readonly kind: ResourceKind; readonly namespace?: string },
    signal: AbortSignal,
  ): Promise<boolean> {
    const [resource, subresource] = kind.plural.split('/');
    const resourceAttributes = {
      verb,
      group: groupOf(kind.apiVersion),
      resource,
      subresource,
      namespace: kind.namespaced ? (namespace ?? this.namespace) : undefined,
    };
    const review: ResourceKind = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      plural: 'selfsubjectaccessreviews',
      namespaced: false,
    };
    const body = { apiVersion: review.apiVersion, kind: review.kind, spec: { resourceAttributes } };
    const { status } = await this.#ask<{ readonly status: { readonly allowed: boolean } }>(
      'POST',
      { verb: 'create', kind: review },
      signal,
      {},
      JSON.stringify(body),
    );
    return status.allowed;
  }

  close(): void {
    this.#transport.close();
  }

  async #listAll(
    query: ListQuery,
    signal: AbortSignal,
  ): Promise<{ readonly objects: readonly KubernetesObject[]; readonly version: string }> {
    const { apiVersion, kind } = query.kind;
    const place: Place = { verb: 'list', kind: query.kind, namespace: query.namespace };
    const objects: KubernetesObject[] = [];
    let next: string | undefined;
    for (;;) {
      const page = await this.#ask<ListPage>('GET', place, signal, {
        ...selectors(query),
        limit: pageSize,
        continue: next,
      });
      // Members of a list do not say what they are.
      for (const item of page.items ?? []) objects.push({ ...item, apiVersion, kind });
      next = page.metadata.continue || undefined;
      if (next === undefined) return { objects, version: page.metadata.resourceVersion };
    }
  }

  async #ask<T>(
    method: Call['method'],
    place: Place,
    outer: AbortSignal,
    query: Query = {},
    body?: string,
    contentType = 'application/json',
  ): Promise<T> {
    const late = new AbortController();
    const signal = AbortSignal.any([outer, late.signal]);
    const cancel = this.#clock.after(answerMs, () =>
      late.abort(new NotReachedError(`the API server at ${this.server} has not answered within ${answerMs / 1000} s`)),
    );
    try {
      const response = await this.#transport.send({ ...this.#callOf(method, place, signal, query), body, contentType });
      this.#warn(response);
      return JSON.parse(await textOf(response)) as T;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      cancel();
    }
  }

  #callOf(
    method: Call['method'],
    { verb, kind, namespace = this.namespace, name, subresource }: Place,
    signal: AbortSignal,
    query: Query = {},
  ): Call {
    const { apiVersion, plural, namespaced } = kind;
    const inNamespace = namespaced && namespace !== 'all' ? namespace : undefined;
    const words = [
      apiVersion.includes('/') ? '/apis' : '/api',
      apiVersion,
      ...(inNamespace === undefined ? [] : ['namespaces', encodeURIComponent(inNamespace)]),
      plural,
      ...(name === undefined ? [] : [encodeURIComponent(name).replace('%3A', ':')]),
      ...(subresource === undefined ? [] : [subresource]),
    ];
    const asked = Object.entries(query).filter((field): field is [string, string] => field[1] !== undefined);
    const search = asked.length === 0 ? '' : `?${new URLSearchParams(asked).toString()}`;
    const resource = { group: groupOf(apiVersion), name: [plural, subresource].filter(Boolean).join('/') };
    return {
      method,
      path: words.join('/') + search,
      asked: { verb, resource, name, namespace: inNamespace },
      signal,
    };
  }

  #warn({ headers }: IncomingMessage): void {
    if (this.#onWarning === undefined || headers['warning'] === undefined) return;
    for (const [, text] of headers['warning'].matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)) {
      if (this.#warned.has(text!)) continue;
      this.#warned.add(text!);
      this.#onWarning(text!.replace(/\\(.)/g, '$1'));
    }
  }
}

function selectors({ labelSelector, fieldSelector }: ListQuery): Query {
  return { labelSelector, fieldSelector };
}

/** For JSON.stringify: the object as a cluster takes it. */
function withoutReasons(_key: string, value: unknown): unknown {
  if (value instanceof Explained) return value.value;
  return value instanceof Verbatim ? value.text : value;
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk as string;
  return text;
}
