/**
 * What members ask the API server for, all of it in one namespace:
 *
 *   POST    /apis/<group>/v1/namespaces/<namespace>/<resource>           (core group: /api/v1/...)
 *   GET     .../<resource>?labelSelector=...&fieldSelector=...           a list
 *   GET     .../<resource>?watch=1&...                                   one event per line, until someone hangs up
 *   GET, PUT, DELETE   .../<resource>/<name>                            or one part of it: .../<resource>/<name>/status
 */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../../clock.ts';
import type { Access } from './access.ts';
import type { Resource } from './objects.ts';
import type { Verb } from './rbac.ts';
import { Transport, type Call } from './transport.ts';

export interface ApiRequest {
  readonly verb: Verb;
  readonly resource: Resource;
  /** Undefined for a whole collection, or for what has no name yet. */
  readonly name?: string | undefined;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Only metadata comes back, in an object or a list of them. */
  readonly metadataOnly?: boolean;
  readonly signal: AbortSignal;
}

const methods = { get: 'GET', list: 'GET', watch: 'GET', create: 'POST', update: 'PUT', delete: 'DELETE' } as const;

const metadataAs = {
  object: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
} as const;

export class ApiClient {
  readonly #transport: Transport;
  readonly namespace: string;

  constructor(access: Access, clock: Clock) {
    this.#transport = new Transport(access, clock);
    this.namespace = access.namespace;
  }

  /** Rejects with an ApiError when the answer is no, with another error when there was none. */
  json<T>(request: ApiRequest): Promise<T> {
    return this.#transport.json(this.#callOf(request));
  }

  /** The answer's body as it comes. It ends with the signal. */
  stream(request: ApiRequest): Promise<IncomingMessage> {
    return this.#transport.send(this.#callOf(request));
  }

  /** Requests under way reject. */
  close(): void {
    this.#transport.close();
  }

  #callOf({ verb, resource, name, query, body, metadataOnly, signal }: ApiRequest): Call {
    const root = resource.group === '' ? '/api/v1' : `/apis/${resource.group}/v1`;
    const [kind, part] = resource.name.split('/');
    const collection = `${root}/namespaces/${encodeURIComponent(this.namespace)}/${kind}`;
    const object = name === undefined ? collection : `${collection}/${encodeURIComponent(name)}`;
    const path = part === undefined ? object : `${object}/${part}`;
    return {
      method: methods[verb],
      path: query ? `${path}?${new URLSearchParams(query).toString()}` : path,
      asked: { verb, resource, name, namespace: this.namespace },
      ...(metadataOnly && { accept: metadataAs[verb === 'list' ? 'list' : 'object'] }),
      body: body && JSON.stringify(body),
      signal,
    };
  }
}
