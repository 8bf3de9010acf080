import type { Clock } from '../../../clock.ts';
import type { Assignment } from '../../../coordination/index.ts';
import type { Logger } from '../../../log.ts';
import type { Cluster, KubernetesObject } from '../cluster/cluster.ts';
import { stable } from '../cluster/comparable.ts';
import { Actor, type Done, type InspectFiles } from './act/actor.ts';
import { Agreements } from './act/agreements.ts';
import { stopOf } from './act/stops.ts';
import { sweep } from './act/sweep.ts';
import { Teller } from './act/teller.ts';
import { chart, type Course } from './decide/course.ts';
import type { Facts, Stop } from './decide/facts.ts';
import { situationOf } from './decide/situation.ts';
import { statusOf } from './decide/status.ts';
import { newsOf, type News } from './decide/tell.ts';
import type { Report } from './inside/report.ts';
import type { FileMap } from './inside/source.ts';
import { componentLabel, type Key } from './names.ts';
import type { Integration } from './resource/integration.ts';
import { controllerRevisions, readRevision } from './revisions/revision.ts';
import { Copies } from './watch/copies.ts';
import { FileMaps } from './watch/file-maps.ts';
import { Queue } from './watch/queue.ts';

export interface ReconcilerOptions {
  readonly cluster: Cluster;
  /** 'all', or the namespace that is looked after. */
  readonly namespace: string;
  /** The operator's pod, for events. */
  readonly pod: string;
  readonly runtimeImage: string;
  readonly inspectFiles: InspectFiles;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onReconciled?: (outcome: 'settled' | 'changed' | 'stopped' | 'failed') => void;
}

/** Changes come in bursts, and a burst is answered once. */
const gatherMs = 30;
const width = 4;
/** What others must do first is looked at again after that. */
const lookAgainMs = 5_000;
/** What could not be looked into may have been short of time or memory. */
const inspectAgainMs = 300_000;

/** Makes the cluster what the Integrations say, for as long as its signal lasts. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #agreements = new Agreements();
  readonly #actor: Actor;
  readonly #teller: Teller;
  readonly #reports = new Map<Key, Map<string, Report>>();
  readonly #failures = new Map<Key, { readonly source: string; readonly stop: Stop; readonly at: number }>();
  /** Those that were there: what is left of any other is not the operator's to sweep. */
  readonly #known = new Set<Key>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#actor = new Actor({ ...options, agreements: this.#agreements });
    this.#teller = new Teller(options);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { cluster, namespace, clock, log, onReconciled } = this.#options;
    const queue: Queue = new Queue({
      clock,
      width,
      gatherMs,
      work: (key) => this.#reconcile(key, copies, files, signal),
      onFailure: (key, error, againMs) => {
        onReconciled?.('failed');
        log.warn(`RECONCILE_FAILED ${key}: ${(error as Error).message}; again in ${againMs} ms`);
      },
    });
    let isListed = false;
    const changed = (key: Key): void => void (isListed && queue.add(key));
    const copies = new Copies({
      cluster,
      namespace,
      onChange: changed,
      onTrouble: (collection, error) => log.warn(`WATCH_FAILED ${collection}: ${error.message}`),
    });
    const files = new FileMaps(cluster, changed, signal);
    await copies.start(signal);
    isListed = true;
    for (const key of copies.keys()) queue.add(key);
    log.info(
      `RECONCILING ${copies.keys().length} Integrations of ${namespace === 'all' ? 'all namespaces' : namespace}`,
    );
    await new Promise<void>((over) => {
      if (signal.aborted) over();
      signal.addEventListener('abort', () => over(), { once: true });
    });
    await queue.close();
  }

  async #reconcile(key: Key, copies: Copies, fileMaps: FileMaps, signal: AbortSignal): Promise<number | undefined> {
    const [integration] = copies.of(key, 'Integration') as readonly Integration[];
    const files = fileMaps.look(key, integration?.spec.artifact.configMap?.name);
    if (integration === undefined) return this.#gone(key, copies, signal);
    this.#known.add(key);
    if (files === 'unknown' || integration.metadata.deletionTimestamp !== undefined) return undefined;
    let failure: Stop | undefined;
    let foreign: readonly string[] = [];
    let news: readonly News[] = [];
    try {
      foreign = await this.#taken(this.#factsOf(integration, files, copies, []), copies, signal);
      const { steps } = chart(this.#factsOf(integration, files, copies, foreign));
      news = await this.#act(steps, integration, copies, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      failure = stopOf(error);
    }
    const facts = this.#factsOf(integration, files, copies, foreign);
    const course = chart(facts);
    await this.#report(facts, course, failure, news, copies, signal);
    this.#options.onReconciled?.(outcomeOf(course, failure));
    // What could not be done is tried again, each time later.
    if (failure !== undefined) throw new Error(failure.message);
    if (course.steps.some((step) => step.do !== 'delete' && step.do !== 'forget')) return gatherMs;
    if (foreign.length > 0) return lookAgainMs;
    if (course.stop?.reason === 'KindMissing') return (await copies.lookForLacking(signal)) ? gatherMs : lookAgainMs;
    return facts.failures.size > 0 ? inspectAgainMs : undefined;
  }

  /** Looks, before anything is applied, whether every name is free. */
  async #taken(facts: Facts, copies: Copies, signal: AbortSignal): Promise<readonly string[]> {
    const { foreign, own } = await this.#actor.namesTaken(chart(facts).steps, facts.integration, signal);
    for (const object of own) copies.put(object);
    return foreign;
  }

  async #act(steps: Course['steps'], integration: Integration, copies: Copies, signal: AbortSignal): Promise<News[]> {
    const news: News[] = [];
    for (const step of steps) {
      signal.throwIfAborted();
      const done = await this.#actor.act(step, integration, signal);
      this.#learn(done, integration, copies);
      if (typeof done === 'object' && 'news' in done && done.news !== undefined) news.push(done.news);
    }
    return news;
  }

  #learn(done: Done, integration: Integration, copies: Copies): void {
    if (done === 'nothing') return;
    if ('put' in done) copies.put(done.put);
    else if ('dropped' in done) copies.drop(done.dropped);
    else {
      const key = keyOfIntegration(integration);
      const { source, found } = done;
      if ('inside' in found) this.#reports.set(key, new Map([[source, found]]));
      else this.#failures.set(key, { source, stop: found, at: this.#options.clock.monotonic() });
    }
  }

  async #report(
    facts: Facts,
    course: Course,
    failure: Stop | undefined,
    more: readonly News[],
    copies: Copies,
    signal: AbortSignal,
  ): Promise<void> {
    const { cluster, clock } = this.#options;
    const { integration } = facts;
    const now = `${new Date(clock.wall()).toISOString().slice(0, 19)}Z`;
    const status = statusOf(situationOf(facts, course, failure), course, now);
    const isNews = stable(status) !== stable(integration.status ?? {});
    if (isNews) {
      const written = await cluster.update<Integration>({ ...integration, status }, { subresource: 'status', signal });
      copies.put(written);
    }
    const told = [...(isNews ? newsOf(integration.status, status) : []), ...more];
    if (told.length > 0) await this.#teller.tell(integration, told, signal);
  }

  async #gone(key: Key, copies: Copies, signal: AbortSignal): Promise<number | undefined> {
    this.#reports.delete(key);
    this.#failures.delete(key);
    if (!this.#known.has(key)) return undefined;
    if (!(await sweep(this.#options.cluster, key, copies, signal))) return lookAgainMs;
    this.#known.delete(key);
    return undefined;
  }

  #failuresOf(key: Key): Facts['failures'] {
    const failure = this.#failures.get(key);
    if (failure === undefined) return new Map();
    if (this.#options.clock.monotonic() - failure.at < inspectAgainMs) return new Map([[failure.source, failure.stop]]);
    this.#failures.delete(key);
    return new Map();
  }

  #factsOf(integration: Integration, files: FileMap | undefined, copies: Copies, foreign: readonly string[]): Facts {
    const key = keyOfIntegration(integration);
    const { uid } = integration.metadata;
    const isOwn = ({ metadata }: KubernetesObject): boolean =>
      metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
    const pods = copies.of(key, 'Pod');
    const isInspection = ({ metadata }: KubernetesObject): boolean =>
      metadata.labels?.[componentLabel] === 'inspection';
    const [assignment] = copies.of(key, 'Assignment');
    return {
      integration,
      owned: copies.made(key).filter(isOwn),
      foreign,
      revisions: copies
        .of(key, controllerRevisions.kind)
        .filter(isOwn)
        .flatMap((object) => readRevision(object) ?? [])
        .toSorted((a, b) => a.number - b.number),
      pods: pods.filter((pod) => !isInspection(pod)),
      inspections: pods.filter((pod) => isInspection(pod) && isOwn(pod)),
      files,
      assignment: readAssignment(assignment),
      reports: this.#reports.get(key) ?? new Map(),
      failures: this.#failuresOf(key),
      lacking: copies.lacking,
      runtimeImage: this.#options.runtimeImage,
      agrees: (wanted, seen) => this.#agreements.agrees(wanted, seen),
    };
  }
}

function outcomeOf({ stop, steps }: Course, failure: Stop | undefined): 'settled' | 'changed' | 'stopped' {
  if (stop !== undefined || failure !== undefined) return 'stopped';
  return steps.length > 0 ? 'changed' : 'settled';
}

function keyOfIntegration({ metadata }: Integration): Key {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function readAssignment(object: KubernetesObject | undefined): Assignment | undefined {
  try {
    return JSON.parse(object?.data?.['assignment'] ?? '') as Assignment;
  } catch {
    return undefined;
  }
}
