/** A release: what was brought to a cluster at one time, and how that went. */
import type { KubernetesObject } from '../cluster/cluster.ts';

/**
 * - pending: it is being brought, or whoever did so was interrupted
 * - serves: all its pods took requests
 * - failed: they did not; an older release served on
 * - rolled-back: they did not, and the release before was brought back
 */
export type ReleaseOutcome = 'pending' | 'serves' | 'failed' | 'rolled-back';

export interface ReleaseFacts {
  readonly revision: number;
  /** Of the artifacts. */
  readonly digest: string;
  readonly image: string;
  readonly pattern: string;
  /** "deploy", or "rollback to 3". */
  readonly how: string;
  /** User and machine that asked for it. */
  readonly who: string;
  /** ISO 8601. */
  readonly at: string;
  readonly outcome: ReleaseOutcome;
  /** Why it failed. */
  readonly reason?: string | undefined;
}

export interface Release {
  readonly facts: ReleaseFacts;
  readonly objects: readonly KubernetesObject[];
}

/** Who owns the fields that are applied. */
export const fieldManager = 'gantry';

/** It cannot be done: for whoever gave the command, never a defect. */
export class ReleaseError extends Error {
  readonly code: ReleaseErrorCode;
  readonly hint: string;

  constructor(code: ReleaseErrorCode, text: string, hint: string, cause?: unknown) {
    super(text, { cause });
    this.name = 'ReleaseError';
    this.code = code;
    this.hint = hint;
  }
}

/**
 * - NO_CLUSTER: none is known, or it is not reached
 * - NOT_ALLOWED: whoever asks has not the right
 * - NO_NAMESPACE: it does not exist
 * - REFUSED: the API server does not take an object
 * - FIELD_CONFLICT: someone else owns a field that is to be written
 * - NOT_OURS: an object of that name was not made by Gantry
 * - BUSY: another release is being brought at this moment
 * - NO_RELEASE: there is none of that name or number
 * - HALF_DONE: it broke off in the middle
 * - INTERRUPTED: whoever asked does not wait any longer
 */
export type ReleaseErrorCode =
  | 'NO_CLUSTER'
  | 'NOT_ALLOWED'
  | 'NO_NAMESPACE'
  | 'REFUSED'
  | 'FIELD_CONFLICT'
  | 'NOT_OURS'
  | 'BUSY'
  | 'NO_RELEASE'
  | 'HALF_DONE'
  | 'INTERRUPTED';
