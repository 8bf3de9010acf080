import type { Resource } from './objects.ts';
import { ruleText, type Verb } from './rbac.ts';

/** What was asked, in the words of a Role. */
export interface Asked {
  readonly verb: Verb;
  readonly resource: Resource;
  readonly namespace: string;
  /** Undefined for a whole collection, or for what has no name yet. */
  readonly name?: string | undefined;
}

/** The body of an answer that is no success (metav1.Status); proxies in between answer with anything else. */
export interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** The API server answered, and the answer is no. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Kubernetes' own word: Conflict, AlreadyExists, NotFound, Expired, Forbidden, ... */
  readonly reason: string;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(asked: Asked, status: number, said: Status, retryAfterMs?: number) {
    super(textOf(asked, status, said));
    this.status = status;
    this.reason = said.reason ?? '';
    this.retryAfterMs = retryAfterMs;
  }
}

/** "update leases gantry.orders.pod-1.07c1 in namespace shop" */
export function asText({ verb, resource, name, namespace }: Asked): string {
  return [verb, resource.name, name, `in namespace ${namespace}`].filter(Boolean).join(' ');
}

function textOf(asked: Asked, status: number, { reason, message }: Status): string {
  const start = `cannot ${asText(asked)}: the API server answers ${[status, reason].filter(Boolean).join(' ')}`;
  const said = message ? ` (${message})` : '';
  switch (status) {
    case 401:
      return `${start}${said}. Its token or client certificate is not accepted: renew it, or look whether the service account still exists`;
    case 403:
      return `${start}${said}. Give its service account a Role with this rule: ${ruleText(asked.resource, asked.verb)}`;
    default:
      return start + said;
  }
}
