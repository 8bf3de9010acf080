import type { Clock } from '../../../../clock.ts';
import type { Logger } from '../../../../log.ts';
import type { Cluster, KubernetesObject } from '../../cluster/cluster.ts';
import type { News } from '../decide/tell.ts';
import type { Integration } from '../resource/integration.ts';

export interface TellerOptions {
  readonly cluster: Cluster;
  /** The operator's pod. */
  readonly pod: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const longestNote = 1_024;

/** Events of an Integration (events.k8s.io/v1), for kubectl describe. A courtesy: what cannot be told is logged. */
export class Teller {
  readonly #options: TellerOptions;
  #count = 0;

  constructor(options: TellerOptions) {
    this.#options = options;
  }

  async tell(integration: Integration, news: readonly News[], signal: AbortSignal): Promise<void> {
    const { cluster, log } = this.#options;
    for (const one of news) {
      const { namespace, name } = integration.metadata;
      log.info(`${one.reason} ${namespace}/${name}: ${one.note}`);
      try {
        await cluster.create(this.#eventOf(integration, one), signal);
      } catch (error) {
        if (signal.aborted) return;
        log.warn(`EVENT_NOT_TOLD ${(error as Error).message}`);
      }
    }
  }

  #eventOf({ apiVersion, kind, metadata }: Integration, { type, reason, action, note }: News): KubernetesObject {
    const { pod, clock } = this.#options;
    const { name, namespace = '', uid } = metadata;
    const now = Math.floor(clock.wall());
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: `${name}.${now.toString(36)}.${(this.#count++).toString(36)}`, namespace },
      eventTime: new Date(now).toISOString().replace('Z', '000Z'),
      reportingController: 'gantry.dev/operator',
      reportingInstance: pod,
      action,
      reason,
      note: note.length > longestNote ? `${note.slice(0, longestNote - 3)}...` : note,
      type,
      regarding: { apiVersion, kind, name, namespace, uid },
    };
    return event;
  }
}
