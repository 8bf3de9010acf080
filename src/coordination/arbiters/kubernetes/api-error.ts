import { ruleText } from './rbac.ts';

/** What was asked, in the words of a Role. */
export interface Asked {
  readonly verb: string;
  /** A subresource stands behind a slash: "pods/log". */
  readonly resource: { readonly group: string; readonly name: string };
  /** Undefined for what belongs to no namespace, or for all of them. */
  readonly namespace?: string | undefined;
  /** Undefined for a whole collection, or for what has no name yet. */
  readonly name?: string | undefined;
}

/** The body of an answer that is no success (metav1.Status); proxies in between answer with anything else. */
export interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly StatusCause[] };
}

/** One of several things that are wrong with what was sent; `field` is its path: ".spec.replicas". */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** The API server answered, and the answer is no. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly asked: Asked;
  readonly status: number;
  /** Kubernetes' own word: Conflict, AlreadyExists, NotFound, Expired, Forbidden, ... */
  readonly reason: string;
  /** In the API server's own words. */
  readonly said: string;
  readonly causes: readonly StatusCause[];
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(asked: Asked, status: number, said: Status, retryAfterMs?: number) {
    super(textOf(asked, status, said));
    this.asked = asked;
    this.status = status;
    this.said = said.message ?? '';
    this.causes = said.details?.causes ?? [];
    this.reason = said.reason ?? '';
    this.retryAfterMs = retryAfterMs;
  }
}

/** Quotas, Pod Security and admission webhooks say no by 403 as well, and then nobody lacks a right. */
export function isByPolicy({ status, said }: Pick<ApiError, 'status' | 'said'>): boolean {
  return status === 403 && /exceeded quota|violates PodSecurity|admission webhook|denied the request/.test(said);
}

/** There was no answer. */
export class NotReachedError extends Error {
  override readonly name = 'NotReachedError';
}

/** Whoever asks cannot log in: their plug-in or issuer gives nothing. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
}

/** "update leases gantry.orders.pod-1.07c1 in namespace shop" */
export function asText({ verb, resource, name, namespace }: Asked): string {
  return [verb, resource.name, name, namespace && `in namespace ${namespace}`].filter(Boolean).join(' ');
}

function textOf(asked: Asked, status: number, { reason, message }: Status): string {
  const start = `cannot ${asText(asked)}: the API server answers ${[status, reason].filter(Boolean).join(' ')}`;
  const said = message ? ` (${message})` : '';
  switch (status) {
    case 401:
      return `${start}${said}. Its token or client certificate is not accepted: renew it, or look whether the service account still exists`;
    case 403:
      if (isByPolicy({ status, said: message ?? '' })) return start + said;
      return `${start}${said}. Give its service account a Role with this rule: ${ruleText(asked.resource, asked.verb)}`;
    default:
      return start + said;
  }
}
