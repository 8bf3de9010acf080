/** What is told while a release is brought, in the order it happens. */
import type { Diagnosis } from './diagnose.ts';
import type { Previewed } from './preview.ts';
import type { GroupProgress } from './rollout.ts';

export type ReleaseEvent =
  /** Nothing was applied yet, and nothing will be refused. */
  | {
      readonly type: 'checked';
      readonly created: number;
      readonly changed: number;
      readonly unchanged: number;
      readonly removed: number;
    }
  | { readonly type: 'begun'; readonly revision: number }
  /** "Deployment orders". */
  | { readonly type: 'applied'; readonly object: string; readonly change: Previewed['change'] }
  | { readonly type: 'removed'; readonly object: string }
  | { readonly type: 'progress'; readonly groups: readonly GroupProgress[] }
  /** Why a pod does not come; once for each cause. */
  | { readonly type: 'diagnosis'; readonly diagnosis: Diagnosis }
  /** The end of a crashed container's log, or what a pod says at /ready. */
  | {
      readonly type: 'evidence';
      readonly pod: string;
      readonly of: 'log' | '/ready';
      readonly lines: readonly string[];
    }
  /** Every pod of the new version takes requests. */
  | { readonly type: 'serves'; readonly tookMs: number }
  /** And every older pod was told to go; it serves on for some seconds. */
  | { readonly type: 'done'; readonly tookMs: number }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'rolling-back'; readonly revision: number | undefined }
  | { readonly type: 'warning'; readonly text: string };

export type Tell = (event: ReleaseEvent) => void;
