/** What the cluster says of a deployment, as it changes. */
import type { Cluster, KubernetesObject, ListQuery, WatchEvent } from '../cluster/cluster.ts';
import { kinds } from '../cluster/kinds.ts';
import type { Deployed } from './history.ts';
import type { Deployment } from '../cluster/deployment.ts';
import type { ClusterEvent, Pod, View } from './shapes.ts';

/** Copies of four collections, kept by watches while this lives. */
export class Watched implements AsyncDisposable {
  readonly #copies: Readonly<Record<keyof View, Copy>>;
  readonly #life = new AbortController();
  readonly #running: Promise<unknown>;
  readonly #onTrouble: (error: Error) => void;
  #news = Promise.withResolvers<void>();

  constructor(cluster: Cluster, { name, namespace }: Deployed, onTrouble: (error: Error) => void) {
    this.#onTrouble = onTrouble;
    const labelSelector = `app.kubernetes.io/instance=${name}`;
    const copy = (query: ListQuery): Copy => new Copy(query);
    this.#copies = {
      deployments: copy({ kind: kinds.deployments, namespace, labelSelector }),
      replicaSets: copy({ kind: kinds.replicaSets, namespace, labelSelector }),
      pods: copy({ kind: kinds.pods, namespace, labelSelector }),
      // Events have no labels. Those of pods tell what probes and pulls say.
      events: copy({ kind: kinds.events, namespace, fieldSelector: 'involvedObject.kind=Pod,type=Warning' }),
    };
    this.#running = Promise.all(
      Object.values(this.#copies).map((one) =>
        cluster.watch(one.query, (event) => this.#take(one, event), this.#life.signal),
      ),
    );
  }

  get view(): View {
    const { deployments, replicaSets, pods, events } = this.#copies;
    return {
      deployments: deployments.objects as Deployment[],
      replicaSets: replicaSets.objects,
      pods: pods.objects as Pod[],
      events: events.objects as ClusterEvent[],
    };
  }

  /** Whether all that a rollout is judged by has been told once. Events are a courtesy. */
  get isComplete(): boolean {
    const { deployments, replicaSets, pods } = this.#copies;
    return deployments.listed && replicaSets.listed && pods.listed;
  }

  /** Resolves at the next change. */
  get news(): Promise<void> {
    return this.#news.promise;
  }

  #take(copy: Copy, event: WatchEvent): void {
    if (event.type === 'trouble') this.#onTrouble(event.error);
    else copy.take(event);
    const { resolve } = this.#news;
    this.#news = Promise.withResolvers();
    resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.abort();
    await this.#running;
  }
}

class Copy {
  readonly query: ListQuery;
  listed = false;
  #objects = new Map<string, KubernetesObject>();

  constructor(query: ListQuery) {
    this.query = query;
  }

  get objects(): KubernetesObject[] {
    return [...this.#objects.values()];
  }

  take(event: Exclude<WatchEvent, { type: 'trouble' }>): void {
    if (event.type === 'listed') {
      this.listed = true;
      this.#objects = new Map(event.objects.map((object) => [object.metadata.name, object]));
    } else if (event.type === 'put') this.#objects.set(event.object.metadata.name, event.object);
    else this.#objects.delete(event.object.metadata.name);
  }
}
