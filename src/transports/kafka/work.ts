import type { Producer } from '@platformatic/kafka';
import type { Term } from '../../engine/ports.ts';
import type { ConsumerParts } from '../inbound-kind.ts';
import type { Message } from '../../message/message.ts';
import { attempt, type AttemptParts } from '../attempt.ts';
import type { Assignee, Place } from './assignment.ts';
import { deadLetterOf } from './dead-letter.ts';
import { verdictOn } from './failing.ts';
import type { Fetching } from './fetching.ts';
import { messageOf } from './incoming.ts';
import { nobody, type Membership, type Offsets } from './offsets.ts';
import type { Fetched, Partition } from './partition.ts';
import { clientOptions, explain } from './server.ts';
import type { KafkaConfig } from './spec.ts';

/** Messages after which other work of the process gets its turn. */
const turn = 100;

/** Takes messages through the flow, and remembers how far it came while the cluster is away. */
export class Work implements Assignee {
  readonly term: Term;
  readonly #config: KafkaConfig;
  readonly #parts: ConsumerParts;
  readonly #attempting: AttemptParts;
  /** Aborts what is in hand when the term is lost. */
  readonly #lost = new AbortController();
  #partitions = new Map<string, Partition>();
  readonly #lanes = new Map<Partition, number>();
  #as: Membership = nobody;
  #offsets: Offsets | undefined;
  #fetching: Fetching | undefined;
  #committing: Promise<unknown> = Promise.resolve();
  #moved: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #much: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  /** Messages since the last commit. */
  #processed = 0;
  #producer: Promise<Producer> | undefined;
  #sinceTurn = 0;

  constructor(config: KafkaConfig, parts: ConsumerParts, term: Term) {
    this.#config = config;
    this.#parts = parts;
    this.term = term;
    this.#attempting = { intake: parts.intake, clock: parts.clock, term };
    term.signal.addEventListener('abort', this.#onEnd, { once: true });
    this.#onEnd();
  }

  #onEnd = (): void => {
    if (this.term.signal.aborted && !this.term.valid())
      this.#lost.abort(new DOMException('the term is lost', 'AbortError'));
  };

  connect(offsets: Offsets, fetching: Fetching): void {
    this.#offsets = offsets;
    this.#fetching = fetching;
  }

  async assigned(places: readonly Place[], as: Membership): Promise<void> {
    const [offsets, fetching] = [this.#offsets!, this.#fetching!];
    const partitions = await offsets.open(places, this.#partitions, as);
    // The group may have been arranged anew, or the connection lost, meanwhile.
    if (
      offsets !== this.#offsets ||
      (as !== nobody && as.generation < this.#as.generation && as.memberId === this.#as.memberId)
    )
      return;
    this.#as = as;
    this.#partitions = new Map(partitions.map((partition) => [partition.key, partition]));
    fetching.follow(partitions);
    for (const partition of partitions) this.begin(partition);
  }

  async revoking(): Promise<void> {
    this.#fetching?.follow([]);
    const finished = Promise.all([...this.#partitions.values()].map((partition) => partition.shut()));
    const patience = new AbortController();
    // The broker forgets a member that is silent for longer.
    const tired = this.#parts.clock.sleep(this.#config.sessionTimeout * 0.7, patience.signal).catch(() => {});
    await Promise.race([finished, tired]);
    patience.abort();
    await this.#commit();
  }

  /** Finishes and commits what is in hand; what is only ready stays for the next connection. */
  async disconnect(): Promise<void> {
    const finished = Promise.all([...this.#partitions.values()].map((partition) => partition.shut()));
    const lost = new Promise<void>((resolve) => {
      if (this.#lost.signal.aborted) resolve();
      else this.#lost.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([finished, lost]);
    await this.#commit().catch(() => {});
    this.#offsets = undefined;
    this.#fetching = undefined;
  }

  async close(): Promise<void> {
    this.term.signal.removeEventListener('abort', this.#onEnd);
    const producer = await this.#producer?.catch(() => undefined);
    await producer?.close(true).catch(() => {});
  }

  /** Commits now and then, until the signal aborts; rejects when it cannot any more. */
  async committing(signal: AbortSignal): Promise<never> {
    for (;;) {
      if (this.#config.autoCommit) await this.#aWhileOrMuch(signal);
      else await this.#moved.promise;
      if (signal.aborted) throw signal.reason;
      this.#moved = Promise.withResolvers<void>();
      this.#much = Promise.withResolvers<void>();
      this.#processed = 0;
      await this.#commit();
    }
  }

  /** What comes again after a kill is bounded by the time and by the number. */
  async #aWhileOrMuch(signal: AbortSignal): Promise<void> {
    const enough = new AbortController();
    const either = AbortSignal.any([signal, enough.signal]);
    const passing = this.#parts.clock.sleep(this.#config.commitInterval, either);
    await Promise.race([passing, this.#much.promise]).finally(() => enough.abort());
  }

  /** One commit at a time, each of what was processed by then. */
  #commit(): Promise<void> {
    const next = this.#commitAfter(this.#committing);
    this.#committing = next;
    return next;
  }

  async #commitAfter(last: Promise<unknown>): Promise<void> {
    await last.catch(() => {});
    if (this.term.valid()) await this.#offsets?.commit(this.#partitions.values(), this.#as);
  }

  /** Messages are ready, or may be taken again. */
  begin(partition: Partition): void {
    const { sequential, maxPollRecords, batches } = this.#config;
    const width = sequential || batches ? 1 : maxPollRecords;
    let running = this.#lanes.get(partition) ?? 0;
    for (let room = Math.min(width - running, partition.available); room > 0; room--) {
      this.#lanes.set(partition, ++running);
      void this.#lane(partition);
    }
  }

  async #lane(partition: Partition): Promise<void> {
    const { batches, maxPollRecords } = this.#config;
    for (;;) {
      const records = this.#lost.signal.aborted ? [] : partition.take(batches ? maxPollRecords : 1);
      if (records.length === 0) break;
      if (partition.ready === maxPollRecords - 1 || partition.ready === 0) this.#fetching?.wake();
      const isOver = await this.#process(records, partition);
      // Nothing is known of what a lost term interrupted.
      if (this.#lost.signal.aborted) break;
      if (isOver) partition.done(records);
      else partition.putBack(records);
      this.#moved.resolve();
      this.#processed += records.length;
      if (this.#processed >= maxPollRecords) this.#much.resolve();
      if (++this.#sinceTurn < turn) continue;
      this.#sinceTurn = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const running = this.#lanes.get(partition)! - 1;
    if (running > 0) this.#lanes.set(partition, running);
    else this.#lanes.delete(partition);
    // Some came between the last look and here.
    if (partition.available > 0 && !this.#lost.signal.aborted) this.begin(partition);
  }

  /** Whether they were processed or given up; otherwise they wait for another try when the partition is shut. */
  async #process(records: readonly Fetched[], partition: Partition): Promise<boolean> {
    // A record without a value says that its key is deleted: MI passes over it too.
    const valued = records.filter(({ value }) => value !== null);
    if (valued.length === 0) return true;
    const { log, clock } = this.#parts;
    const message = (): Message => messageOf(valued, partition, this.#config, this.#parts, this.term);
    for (let attempts = 1; ; attempts++) {
      const taken = await attempt(message, this.#attempting, { signal: this.#lost.signal });
      if (!taken) return false;
      const { outcome, fault } = taken;
      const verdict = verdictOn(outcome, attempts, this.#config);
      if (verdict.what === 'done') return true;
      const where = `${partition.key} offset ${valued[0]!.offset}`;
      if (verdict.what === 'giveUp') {
        const why = fault?.describe() ?? 'the flow set SET_ROLLBACK_ONLY';
        return this.#giveUp(valued, partition, why, where, attempts);
      }
      log.warn(
        `The message at ${where} failed (${fault?.code ?? outcome}) and is tried again in ${verdict.afterMs} ms`,
      );
      await clock.sleep(verdict.afterMs, partition.shutting).catch(() => {});
      if (partition.shutting.aborted) return false;
    }
  }

  /** False when the partition is shut before the dead-letter topic could take them. */
  async #giveUp(
    records: readonly Fetched[],
    partition: Partition,
    why: string,
    where: string,
    attempts: number,
  ): Promise<boolean> {
    const { deadLetterTopic } = this.#config;
    const { log, clock } = this.#parts;
    const given = `The message at ${where} is given up${attempts === 1 ? '' : ` after ${attempts} attempts`}`;
    if (deadLetterTopic === undefined) {
      log.error(`${given}: ${why}`);
      return true;
    }
    const messages = records.map((record) => deadLetterOf(record, partition, deadLetterTopic, why));
    for (let waitMs = 1_000; ; waitMs = Math.min(30_000, waitMs * 2)) {
      try {
        const producer = await (this.#producer ??= this.#openProducer());
        await producer.send({ messages, acks: -1 });
        log.error(`${given} and is now in topic ${deadLetterTopic}: ${why}`);
        return true;
      } catch (error) {
        log.error(`The message at ${where} could not be put into topic ${deadLetterTopic}: ${explain(error)}`);
        await clock.sleep(waitMs, partition.shutting).catch(() => {});
        if (partition.shutting.aborted) return false;
      }
    }
  }

  async #openProducer(): Promise<Producer> {
    const kafka = await import('@platformatic/kafka');
    const producer = new kafka.Producer({ ...(await clientOptions(this.#config, this.#parts.name)), retryDelay: 200 });
    producer.on('error', () => {});
    return producer;
  }
}
