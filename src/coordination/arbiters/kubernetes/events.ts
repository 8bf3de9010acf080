/**
 * What happened to members, as Kubernetes Events (events.k8s.io/v1), so that `kubectl events` and `kubectl describe pod`
 * tell of it:
 *
 *   metadata.name         gantry.<deployment>.<pod>.<wall clock>.<count>, both in base 36
 *   regarding             the pod it happened to; without one, and for the revocation of another, the assignment
 *   reason                CamelCase of the event's type; action: what was done
 *   note                  artifact, token and the sentence, at most 1,024 bytes
 *   type                  Warning where something was taken away or lost; else Normal
 *   reportingController   gantry.dev/coordination; reportingInstance: the pod's name
 *
 * An event is a courtesy. Nobody waits for it, one at a time is on its way, and after a burst there is one each
 * `spacingMs`; what waits too long in line is dropped and counted in the note of the next one.
 */
import type { Clock } from '../../../clock.ts';
import type { Logger } from '../../../log.ts';
import { withDeadline } from '../../deadline.ts';
import type { CoordinationEvent, CoordinationEventType } from '../../events.ts';
import { Pace } from '../../pace.ts';
import type { ApiClient } from './client.ts';
import { assignmentName, events } from './objects.ts';

export interface KubernetesEventsOptions {
  /** Closed with this. */
  readonly client: ApiClient;
  readonly deployment: string;
  /** The Kubernetes pod this process runs in, where there is one. */
  readonly pod?: { readonly name: string; readonly uid: string } | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

const told: Partial<Record<CoordinationEventType, { readonly action: string; readonly type: 'Normal' | 'Warning' }>> = {
  acquired: { action: 'Acquire', type: 'Normal' },
  released: { action: 'Release', type: 'Normal' },
  lost: { action: 'Stop', type: 'Warning' },
  revoked: { action: 'Revoke', type: 'Warning' },
  rejoined: { action: 'Rejoin', type: 'Warning' },
};

const burst = 20;
const spacingMs = 2_000;
const longestLine = 50;
const longestNote = 1_024;
const requestMs = 5_000;

/** Takes events and never throws; closing drops what waits. */
export class KubernetesEvents implements AsyncDisposable {
  readonly #options: KubernetesEventsOptions;
  readonly #pace = new Pace(spacingMs, burst);
  readonly #life = new AbortController();
  #line: CoordinationEvent[] = [];
  #dropped = 0;
  #count = 0;
  #sending: Promise<void> | undefined;

  constructor(options: KubernetesEventsOptions) {
    this.#options = options;
  }

  take(event: CoordinationEvent): void {
    if (!told[event.type] || this.#life.signal.aborted) return;
    if (this.#line.length >= longestLine) {
      this.#line.shift();
      this.#dropped++;
    }
    this.#line.push(event);
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#line = [];
    this.#life.abort(new Error('closed'));
    await this.#sending;
    this.#options.client.close();
  }

  async #send(): Promise<void> {
    const { client, clock, log } = this.#options;
    const { signal } = this.#life;
    while (this.#line.length > 0 && !signal.aborted) {
      try {
        const waitMs = this.#pace.nextAt - clock.monotonic();
        if (waitMs > 0) await clock.sleep(waitMs, signal);
        this.#pace.use(clock.monotonic());
        const event = this.#line.shift();
        if (!event) return;
        const body = this.#objectOf(event);
        await withDeadline(clock, requestMs, signal, (inner) =>
          client.json({ verb: 'create', resource: events, body, metadataOnly: true, signal: inner }),
        );
      } catch (error) {
        if (!signal.aborted) log.warn(`EVENT_NOT_TOLD ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  #objectOf(event: CoordinationEvent): object {
    const { client, deployment, pod, clock } = this.#options;
    const { action, type } = told[event.type]!;
    const missing = this.#dropped > 0 ? ` (${this.#dropped} events before this one were not told)` : '';
    this.#dropped = 0;
    const about = [event.artifact, event.token !== undefined && `token ${event.token}`, event.target].filter(Boolean);
    const note = `${about.length > 0 ? `${about.join(', ')}: ` : ''}${event.reason}${missing}`;
    const { namespace } = client;
    const once = `${Math.floor(clock.wall()).toString(36)}.${(this.#count++).toString(36)}`;
    const aboutPod = pod && event.type !== 'revoked';
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: `${assignmentName(deployment)}.${event.pod}.${once}`, namespace },
      eventTime: new Date(event.time).toISOString().replace('Z', '000Z'),
      reportingController: 'gantry.dev/coordination',
      reportingInstance: event.pod,
      action,
      reason: event.type[0]!.toUpperCase() + event.type.slice(1),
      note: cut(note),
      type,
      regarding: aboutPod
        ? { apiVersion: 'v1', kind: 'Pod', namespace, ...pod }
        : { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: assignmentName(deployment) },
    };
  }
}

function cut(note: string): string {
  let text = note;
  while (Buffer.byteLength(text) > longestNote) text = text.slice(0, -16);
  return text;
}
