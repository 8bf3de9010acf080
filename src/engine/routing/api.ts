import type { ApiConfig, ResourceConfig } from '../../artifacts/kinds/types.ts';
import { UriTemplate } from './uri-template.ts';

/** What routing looks at; all as received. */
export interface RoutedRequest {
  /** Upper case. */
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly protocol: 'http' | 'https' | 'local' | 'other';
  /** The Host header; undefined when there is none. */
  readonly host: string | undefined;
}

export type ApiMatch =
  | {
      readonly type: 'resource';
      readonly api: ApiConfig;
      readonly resource: ResourceConfig;
      /** uri.var.*, query.param.* and REST_* for the default scope. */
      readonly properties: ReadonlyMap<string, string>;
      /** Path and query after the context: what address endpoints append. */
      readonly postfix: string;
    }
  /** An API has that context, but no resource takes the request. */
  | { readonly type: 'refused'; readonly api: ApiConfig; readonly status: 404 | 405; readonly allow: readonly string[] }
  /** No resource takes OPTIONS, so the methods of the path are answered. */
  | { readonly type: 'options'; readonly api: ApiConfig; readonly allow: readonly string[] };

interface ResourceRoute {
  readonly resource: ResourceConfig;
  readonly template: UriTemplate | undefined;
}

interface ApiRoute {
  readonly api: ApiConfig;
  /** The context with its version, without a slash at the end; '' for the root. */
  readonly prefix: string;
  readonly resources: readonly ResourceRoute[];
}

/** The APIs of a project as a table: the longest context first. Source: Synapse RESTRequestHandler, WSO2 dispatchers. */
export class ApiTable {
  readonly #routes: readonly ApiRoute[];

  constructor(apis: readonly ApiConfig[]) {
    this.#routes = apis
      .map((api) => ({
        api,
        prefix: prefixOf(api),
        resources: api.resources.map((resource) => ({
          resource,
          template: resource.match.type === 'uri-template' ? new UriTemplate(resource.match.pattern) : undefined,
        })),
      }))
      .sort((a, b) => b.prefix.length - a.prefix.length);
  }

  /** Undefined when no API has that context. */
  match(request: RoutedRequest): ApiMatch | undefined {
    const { target } = request;
    let fallback: ApiMatch | undefined;
    for (const route of this.#routes) {
      if (!isBelow(target, route.prefix) || !acceptsHost(route.api, request)) continue;
      const found = this.#matchResource(route, request);
      if (found.type === 'resource') return found;
      // A shorter context may still have it; if none has, the longest one gives the answer.
      fallback ??= found;
    }
    return fallback;
  }

  #matchResource(route: ApiRoute, request: RoutedRequest): ApiMatch {
    const rest = request.target.slice(route.prefix.length);
    const path = pathOf(rest);
    const acceptable = route.resources.filter((r) => accepts(r.resource, request));
    const found = choose(acceptable, rest, path);
    if (found) return this.#matched(route, found, request, rest);
    const others = route.resources.filter((r) => choose([r], rest, path) !== undefined);
    const allow = [...new Set(others.flatMap((r) => r.resource.methods))];
    if (others.length === 0) return { type: 'refused', api: route.api, status: 404, allow };
    if (request.method === 'OPTIONS') return { type: 'options', api: route.api, allow: [...allow, 'OPTIONS'] };
    return { type: 'refused', api: route.api, status: 405, allow };
  }

  #matched(route: ApiRoute, found: Choice, request: RoutedRequest, rest: string): ApiMatch {
    const { api } = route;
    const properties = new Map<string, string>([
      ['REST_FULL_REQUEST_PATH', request.target],
      ['REST_SUB_REQUEST_PATH', rest === '' ? '/' : rest],
      ['REST_METHOD', request.method],
      ['REST_API_CONTEXT', api.context],
      ['REST_URL_PREFIX', `${request.protocol}://${request.host ?? 'localhost'}`],
      ['SYNAPSE_REST_API', api.name],
      ['SYNAPSE_REST_API_VERSION', api.version ?? ''],
      ['API_NAME', api.name],
      ['ARTIFACT_NAME', `api_${api.name}`],
      ['TRANSPORT_IN_NAME', request.protocol],
    ]);
    const { match } = found.route.resource;
    if (match.type !== 'default') properties.set('API_RESOURCE_CACHE_KEY', match.pattern);
    queryParameters(rest, properties);
    for (const [name, value] of found.variables) properties.set(`uri.var.${name}`, value);
    return { type: 'resource', api, resource: found.route.resource, properties, postfix: rest };
  }
}

interface Choice {
  readonly route: ResourceRoute;
  readonly variables: ReadonlyMap<string, string>;
}

const none: ReadonlyMap<string, string> = new Map();

/** URL mappings come first (exact, then longest prefix, then extension), then templates in order, then the default. */
function choose(routes: readonly ResourceRoute[], rest: string, path: string): Choice | undefined {
  const mapped = chooseMapping(routes, path);
  if (mapped) return { route: mapped, variables: none };
  for (const route of routes) {
    const variables = route.template?.match(rest);
    if (variables) return { route, variables };
  }
  const fallback = routes.find((r) => r.resource.match.type === 'default');
  return fallback && { route: fallback, variables: none };
}

function chooseMapping(routes: readonly ResourceRoute[], path: string): ResourceRoute | undefined {
  let best: ResourceRoute | undefined;
  let bestLength = -1;
  for (const route of routes) {
    const { match } = route.resource;
    if (match.type !== 'url-mapping') continue;
    const length = mappingLength(match.pattern, path === '' ? '/' : path);
    if (length > bestLength) {
      best = route;
      bestLength = length;
    }
  }
  return best;
}

/**
 * How well a mapping fits: exact beats every prefix, a longer prefix beats a shorter one, an extension beats "/"; -1 is
 * no fit.
 */
function mappingLength(pattern: string, path: string): number {
  if (pattern === path || `${pattern}/` === path) return Number.MAX_SAFE_INTEGER;
  if (pattern.endsWith('/*')) {
    const prefix = pattern.slice(0, -2);
    return path === prefix || path.startsWith(`${prefix}/`) ? prefix.length + 1 : -1;
  }
  if (pattern.startsWith('*.')) return path.endsWith(pattern.slice(1)) ? 0.5 : -1;
  return pattern === '/' ? 0 : -1;
}

/**
 * Source: Synapse RESTUtils.populateQueryParamsToMessageContext: an entry without "=" belongs to the value before it,
 * because its "&" was meant literally.
 */
function queryParameters(target: string, properties: Map<string, string>): void {
  const start = target.indexOf('?');
  if (start < 0) return;
  let name: string | undefined;
  for (const entry of target.slice(start + 1).split('&')) {
    const equals = entry.indexOf('=');
    if (equals >= 0) {
      name = entry.slice(0, equals);
      properties.set(`query.param.${name}`, decodeQuery(entry.slice(equals + 1)));
    } else if (name !== undefined) {
      const key = `query.param.${name}`;
      properties.set(key, `${properties.get(key)!}&${decodeQuery(entry)}`);
    }
  }
}

function decodeQuery(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function prefixOf(api: ApiConfig): string {
  const context = api.context.replace(/\/+$/, '');
  if (api.version === undefined || api.versionType === 'none') return context;
  return api.versionType === 'url' ? `${context}/${api.version}` : context.replaceAll('{version}', api.version);
}

function isBelow(target: string, prefix: string): boolean {
  if (!target.startsWith(prefix)) return false;
  const next = target[prefix.length];
  return next === undefined || next === '/' || next === '?';
}

function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

function acceptsHost(api: ApiConfig, request: RoutedRequest): boolean {
  if (api.transports.length > 0 && request.protocol !== 'local' && !api.transports.includes(request.protocol))
    return false;
  if (api.hostname === undefined && api.port === undefined) return true;
  const [name, port] = (request.host ?? '').split(':');
  if (api.hostname !== undefined && api.hostname !== name) return false;
  const standard = request.protocol === 'https' ? 443 : 80;
  return api.port === undefined || api.port === Number(port ?? standard);
}

function accepts(resource: ResourceConfig, request: RoutedRequest): boolean {
  if (resource.protocols.length > 0 && !resource.protocols.includes(request.protocol)) return false;
  return resource.methods.length === 0 || resource.methods.includes(request.method);
}
