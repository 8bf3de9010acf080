/**
 * Takes a pod that has fallen silent out of Services and Ingresses, by its status:
 *
 *   status.conditions[type=Ready]   status "False", reason "GantrySilent", message: why
 *
 * Kubernetes gives a machine that is frozen, or was cut off, some 50 s before it says so of its pods; until then they are
 * sent requests that nobody answers. Its peers know after a lease. A kubelet that is alive writes what it knows over this,
 * within ten seconds; and the pod itself, when it comes back, takes it away at once. Who may not do so does without.
 */
import type { Clock } from '../../../clock.ts';
import type { Logger } from '../../../log.ts';
import { withDeadline } from '../../deadline.ts';
import { podOf } from '../../decide/names.ts';
import type { CoordinationEvent } from '../../events.ts';
import { ApiError } from './api-error.ts';
import type { ApiClient } from './client.ts';
import { podStatus } from './objects.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  /** RFC 3339. */
  readonly lastTransitionTime?: string;
}

export interface PodStatus {
  readonly conditions?: readonly Condition[];
  readonly containerStatuses?: readonly { readonly state?: { readonly running?: { readonly startedAt?: string } } }[];
}

interface Pod {
  readonly status?: PodStatus;
}

export interface SilentPodsOptions {
  /** Closed with this. */
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly log: Logger;
}

const reason = 'GantrySilent';

/** A container that started so lately is another process than the one that fell silent. */
const youngMs = 5_000;

const requestMs = 2_000;

/** Takes events and never throws; nobody waits for it. */
export class SilentPods implements AsyncDisposable {
  readonly #options: SilentPodsOptions;
  readonly #life = new AbortController();
  #working: Promise<void> = Promise.resolve();

  constructor(options: SilentPodsOptions) {
    this.#options = options;
  }

  take(event: CoordinationEvent): void {
    const { clock } = this.#options;
    const { target } = event;
    if (event.type === 'revoked' && target !== undefined)
      this.#later(podOf(target), (status) => silenced(status, clock.wall(), event.reason));
    if (event.type === 'rejoined') this.#later(event.pod, (status) => heardAgain(status, clock.wall()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.abort(new Error('closed'));
    await this.#working;
    this.#options.client.close();
  }

  #later(pod: string, decide: (status: PodStatus) => PodStatus | undefined): void {
    this.#working = this.#working.then(() => this.#change(pod, decide));
  }

  async #change(name: string, decide: (status: PodStatus) => PodStatus | undefined): Promise<void> {
    const { client, clock, log } = this.#options;
    const { signal } = this.#life;
    if (signal.aborted) return;
    try {
      await withDeadline(clock, requestMs, signal, async (inner) => {
        const pod = await client.json<Pod>({ verb: 'get', resource: podStatus, name, signal: inner });
        const status = decide(pod.status ?? {});
        if (status === undefined) return;
        const body = { ...pod, status };
        await client.json({ verb: 'update', resource: podStatus, name, body, signal: inner });
      });
    } catch (error) {
      // It is gone, or its kubelet was there at the same time and knows better.
      if (signal.aborted || (error instanceof ApiError && (error.status === 404 || error.status === 409))) return;
      log.warn(`READINESS_NOT_TOLD of ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Undefined: it is not ready anyway, or is another process by now. */
export function silenced(status: PodStatus, nowMs: number, why: string): PodStatus | undefined {
  const started = status.containerStatuses?.map(({ state }) => Date.parse(state?.running?.startedAt ?? '')) ?? [];
  if (started.some((at) => nowMs - at < youngMs)) return undefined;
  return withReady(status, (ready) => ready.status === 'True', { status: 'False', reason, message: why }, nowMs);
}

/** Undefined: it was not taken out, or others have decided since. */
export function heardAgain(status: PodStatus, nowMs: number): PodStatus | undefined {
  return withReady(status, (ready) => ready.status === 'False' && ready.reason === reason, { status: 'True' }, nowMs);
}

function withReady(
  status: PodStatus,
  fits: (ready: Condition) => boolean,
  now: Omit<Condition, 'type'>,
  nowMs: number,
): PodStatus | undefined {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined || !fits(ready)) return undefined;
  const lastTransitionTime = new Date(nowMs).toISOString().replace(/\.\d+/, '');
  const changed: Condition = { type: 'Ready', lastTransitionTime, ...now };
  return { ...status, conditions: status.conditions!.map((one) => (one === ready ? changed : one)) };
}
