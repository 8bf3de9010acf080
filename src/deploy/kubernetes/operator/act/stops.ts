import { ApiError, isByPolicy } from '../../../../coordination/arbiters/kubernetes/api-error.ts';
import type { Stop } from '../decide/facts.ts';

/** What the API server's no means for an Integration; its message names the verb, the resource and the missing rule. */
export function stopOf(error: unknown): Stop {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ApiError)) return { reason: 'ApiUnavailable', message };
  switch (error.status) {
    case 401:
    case 403:
      return { reason: isByPolicy(error) ? 'Refused' : 'Forbidden', message };
    case 400:
    case 404:
    case 409:
    case 413:
    case 422:
      return { reason: 'Refused', message };
    default:
      return { reason: 'ApiUnavailable', message };
  }
}
