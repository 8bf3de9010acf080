import { basename, dirname, join } from 'node:path/posix';
import type { Readable } from 'node:stream';
import { lostSignal } from '../../engine/lost-signal.ts';
import type { Singleton, Taken, Term } from '../../engine/ports.ts';
import { stillHeld } from '../../engine/still-held.ts';
import type { Message } from '../../message/message.ts';
import type { ConsumerParts } from '../inbound-kind.ts';
import { keepConnected } from '../reconnecting.ts';
import { serverOf } from './address.ts';
import { connectFiles, explainFileError } from './systems/connect.ts';
import type { FileSystem, FoundFile } from './systems/file-system.ts';
import { fileMessage } from './file-message.ts';
import { finishFile, putBack, type Finishing } from './finishing.ts';
import { jobOf, roomOf, type FileJob } from './job.ts';
import { claimName, isAbandoned, isMarkOf, markOf, type FileOutcome } from './marks.ts';
import type { FileConfig } from './parameters.ts';
import { Places } from './places.ts';
import { chooseFiles, tellApart, type Scanned } from './scan.ts';
import { isFileError, SetAside } from './set-aside.ts';
import { filesToTake } from './sharing/shares.ts';
import { SignsOfLife } from './sharing/signs-of-life.ts';
import { stillFiles, Watched } from './sharing/watched.ts';
import { contentOf, putFile } from './writing.ts';

/** Bytes up to which a file is read whole: one request to a server instead of several. */
const small = 64 * 1024;
const atOnce = 10;
/** Milliseconds, at least, between two looks at files that are all for others to take: each look costs them the disk. */
const othersRestMs = 500;

/** A file to process: as it was found, and the name it had before anybody claimed it. */
interface Work {
  readonly found: FoundFile;
  readonly original: string;
}

export function consumeFiles(config: FileConfig, parts: ConsumerParts): Singleton['run'] {
  const job = jobOf(config);
  return (term) => new Polling(job, parts, term).run();
}

/** Takes the files of a folder as long as the term lasts, over one connection after the other. */
class Polling {
  readonly #job: FileJob;
  readonly #parts: ConsumerParts;
  readonly #term: Term;
  /** The word in the names of our claims. */
  readonly #mark: string;
  readonly #sizes = new Watched();
  /** Since when files and claims have been seen in a folder that is shared. */
  readonly #waiting = new Watched();
  readonly #signs: SignsOfLife;
  #othersAreBehind = false;
  readonly #aside: SetAside;
  readonly #inHand = new Set<string>();
  /** Processed, when the connection broke before that could be said: it is the first thing said over the next. */
  readonly #owed = new Map<string, { readonly original: string; readonly as: FileOutcome | 'put back' }>();
  readonly #triedAgainAt = new Map<string, number>();

  constructor(job: FileJob, parts: ConsumerParts, term: Term) {
    this.#job = job;
    this.#parts = parts;
    this.#term = term;
    this.#mark = parts.shared ? `r${crypto.randomUUID().slice(0, 8)}` : String(term.token);
    this.#aside = new SetAside(job.config.nextTryMs);
    this.#signs = new SignsOfLife(this.#mark, job.config.releaseMs, parts.clock);
  }

  run(): Promise<void> {
    const { clock, standing, log } = this.#parts;
    const { source, config } = this.#job;
    return keepConnected((established, signal) => this.#session(established, signal), {
      signal: this.#term.signal,
      clock,
      standing,
      log,
      server: source.scheme === 'file' ? `the folder ${source.path} (transport.vfs.FileURI)` : serverOf(source),
      longestMs: config.reconnectSeconds * 1_000,
      explain: explainFileError,
    });
  }

  async #session(established: () => void, signal: AbortSignal): Promise<void> {
    const { source, config } = this.#job;
    const { clock, log } = this.#parts;
    const over = new AbortController();
    const files = await connectFiles(source, config, () => over.abort(new Error('the connection was lost')));
    const ending = AbortSignal.any([signal, over.signal]);
    const places = new Places(files, source, config);
    const finishing: Finishing = { job: this.#job, places, clock, log };
    const beating = this.#parts.shared
      ? this.#signs.show(files, source.path, ending).catch((error: unknown) => over.abort(error))
      : undefined;
    try {
      await this.#payDebts(finishing);
      while (!ending.aborted) {
        const again = await this.#scan(finishing, established, ending);
        const restMs = this.#othersAreBehind ? othersRestMs : 0;
        if (!again) await clock.sleep(Math.max(config.intervalMs, restMs), ending).catch(() => {});
      }
      if (!signal.aborted) throw over.signal.reason;
    } finally {
      over.abort();
      await beating;
      await places.close();
    }
  }

  /** True when there may be more to take at once. */
  async #scan(finishing: Finishing, established: () => void, ending: AbortSignal): Promise<boolean> {
    const { source, config } = this.#job;
    const { clock, standing } = this.#parts;
    const { places } = finishing;
    const room = roomOf(this.#job);
    const listed = await this.#list(places.source, room);
    if (!listed && config.createFolder) {
      await places.source.makeFolder(source.path);
      return true;
    }
    if (!listed) {
      const where = source.scheme === 'file' ? '' : ` on ${serverOf(source)}`;
      standing.waiting(
        `there is no folder ${source.path}${where} (transport.vfs.FileURI; transport.vfs.CreateFolder=true makes it)`,
      );
      return false;
    }
    established();
    const scanned = tellApart(listed);
    await this.#tryAgain(finishing, scanned);
    await this.#signs.forgetTheDead(places.source, scanned);
    if (config.releasesLocks) {
      await this.#signs.releaseLocks(places.source, scanned, (path) =>
        this.#parts.log.warn(`${path} is older than AutoLockReleaseInterval; it is taken away`),
      );
    }
    const still = stillFiles(
      scanned.waiting,
      this.#sizes,
      { intervalMs: config.stillForMs, ignoreEmpty: config.ignoreEmpty },
      clock.monotonic(),
    );
    const now = clock.monotonic();
    const work: Work[] = [
      ...this.#abandoned(scanned),
      ...this.#choose(scanned, still).map((found) => ({ found, original: found.path })),
    ].filter(({ original }) => !this.#aside.has(original, now));
    this.#sizes.turn();
    this.#signs.turn();
    this.#waiting.turn();
    await this.#processAll(finishing, work, ending);
    return listed.length >= room && config.perScan === undefined && work.length > 0;
  }

  /** In the order the parameters say; of a folder that is shared, those that are ours to take. */
  #choose({ alive, claims }: Scanned, still: readonly FoundFile[]): readonly FoundFile[] {
    const { choice } = this.#job;
    const { clock, shared } = this.#parts;
    if (!shared) return chooseFiles(choice, still, clock.wall());
    const now = clock.monotonic();
    const seenFor = ({ path }: FoundFile): number => this.#waiting.unchangedFor(path, 0, now);
    const atFile = new Map<string, number>();
    for (const claim of claims) atFile.set(claim.by, Math.min(seenFor(claim), atFile.get(claim.by) ?? Infinity));
    const share = {
      mine: this.#mark,
      members: this.#signs.shown(alive),
      atOneFileMs: (member: string) => atFile.get(member) ?? 0,
      waitedMs: seenFor,
    };
    const inOrder = chooseFiles({ ...choice, perScan: Infinity }, still, clock.wall());
    const chosen = filesToTake(share, inOrder).slice(0, choice.perScan);
    this.#othersAreBehind = chosen.length === 0 && inOrder.length > 0;
    return chosen;
  }

  /** The files of the folder, or the one that FileURI names, with the marks of each. */
  async #list(files: FileSystem, room: number): Promise<readonly FoundFile[] | undefined> {
    const { source, choice } = this.#job;
    const { pattern } = choice;
    const listed = await files.list(source.path, {
      deep: source.deep,
      accepts: (name) => (markOf(name) ? 'always' : !pattern || pattern.test(name) ? 'room' : 'no'),
      atMost: room,
    });
    if (listed && listed[0]?.path !== source.path) return listed;
    // Its claim stands beside a file that is named by itself.
    const only = basename(source.path);
    const beside = await files.list(dirname(source.path), {
      deep: false,
      accepts: (name) => (name === only || isMarkOf(name, only) ? 'always' : 'no'),
      atMost: Infinity,
    });
    return beside?.length ? beside : listed;
  }

  /** Claims of holders that are no more. */
  #abandoned({ claims, alive }: Scanned): Work[] {
    const quiet = (by: string): number => this.#signs.quiet(by, alive.get(by)?.modifiedAt ?? 0);
    return claims
      .filter(({ path }) => !this.#inHand.has(path) && !this.#owed.has(path))
      .filter(({ by }) => isAbandoned(by, this.#mark, quiet, this.#signs.releaseMs))
      .map((found) => ({ found, original: found.original }));
  }

  async #processAll(finishing: Finishing, work: readonly Work[], ending: AbortSignal): Promise<void> {
    const { sequential, betweenMs } = this.#job.config;
    const queue = work.values();
    const worker = async (): Promise<void> => {
      for (const one of queue) {
        if (ending.aborted) return;
        await this.#take(finishing, one).catch((error: unknown) => this.#setAside(finishing, one, error));
        if (betweenMs > 0) await this.#parts.clock.sleep(betweenMs, ending).catch(() => {});
      }
    };
    const workers = Array.from({ length: sequential ? 1 : atOnce }, worker);
    // All have ended before the connection is closed, whatever one of them met.
    const ends = await Promise.allSettled(workers);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #take(finishing: Finishing, { found, original }: Work): Promise<void> {
    const { source } = finishing.places;
    const claimed = claimName(original, this.#mark);
    this.#term.assert();
    if (found.path !== claimed && (await source.replace(found.path, claimed)) === 'gone') return;
    this.#inHand.add(claimed);
    try {
      const as = await this.#process(finishing, claimed, found, original);
      if (as === 'lost') return;
      this.#owed.set(claimed, { original, as });
      await this.#pay(finishing, claimed);
    } finally {
      this.#inHand.delete(claimed);
    }
  }

  /** Rejects when it is not about this file alone. */
  async #setAside({ places: { source } }: Finishing, { original }: Work, error: unknown): Promise<void> {
    const { clock, log } = this.#parts;
    if (!isFileError(error)) throw error;
    const why = explainFileError(error);
    const is = this.#aside.add(original, why, clock.monotonic());
    if (is === 'all') throw error;
    if (is === 'new') log.error(`${original} can be neither taken nor read, and is tried again later: ${why}`);
    const claimed = claimName(original, this.#mark);
    if (await source.stat(claimed)) await source.replace(claimed, original).catch(() => {});
  }

  async #process(
    { places }: Finishing,
    claimed: string,
    found: FoundFile,
    original: string,
  ): Promise<FileOutcome | 'put back' | 'lost'> {
    const { clock, log } = this.#parts;
    const { waitMs, streaming } = this.#job.config;
    if (waitMs > 0) await clock.sleep(waitMs, this.#term.signal).catch(() => {});
    const isWhole = !streaming && found.size <= small;
    const content = isWhole ? await places.source.readWhole(claimed) : await places.source.read(claimed);
    if (content === undefined) return 'lost';
    if (content instanceof Uint8Array && content.length !== found.size) {
      log.info(`${original} is still being written; it is left for now`);
      return 'put back';
    }
    const taken = await this.#give(places, content, found, original);
    // A flow that failed because its file could not be read to the end has not failed by itself.
    if (!(content instanceof Uint8Array) && isFileError(content.errored)) throw content.errored;
    this.#aside.forget(original);
    if (!(await stillHeld(this.#term, clock))) {
      log.warn(`${original} is left to the next holder`);
      return 'lost';
    }
    if (!isWhole && (await places.source.stat(claimed))?.size !== found.size) {
      log.warn(`${original} changed while it was processed; it is put back, to be processed again`);
      return 'put back';
    }
    // A flow that faulted because it was in doubt whether the term holds has not failed.
    if (taken.outcome === 'requeue' || taken.fault?.code === 'TERM_LOST') return 'put back';
    return taken.outcome === 'done' ? 'process' : 'failure';
  }

  /** Runs the flow. A hand-over lets it finish; only a lost term aborts it. */
  async #give(places: Places, content: Uint8Array | Readable, found: FoundFile, original: string): Promise<Taken> {
    const { intake, environment, name } = this.#parts;
    using lost = lostSignal(this.#term);
    const message = fileMessage({ name, job: this.#job, term: this.#term, content, found, original, environment });
    try {
      return await intake.take(message, {
        signal: lost.signal,
        ...(this.#job.reply && { reply: (answer: Message) => this.#reply(places, answer) }),
      });
    } finally {
      if (!(content instanceof Uint8Array)) content.destroy();
    }
  }

  async #reply(places: Places, answer: Message): Promise<void> {
    const { files, folder } = await places.folder(this.#job.reply!);
    const { replyName, appends } = this.#job.config;
    await putFile(files, join(folder, replyName), await contentOf(answer), { append: appends });
  }

  async #payDebts(finishing: Finishing): Promise<void> {
    for (const claimed of this.#owed.keys()) await this.#pay(finishing, claimed);
  }

  async #pay(finishing: Finishing, claimed: string): Promise<void> {
    const { original, as } = this.#owed.get(claimed)!;
    if (!this.#term.valid()) return;
    if (as === 'put back') await putBack(finishing.places, claimed, original);
    else await finishFile(finishing, claimed, original, as);
    this.#owed.delete(claimed);
  }

  /** Files that are processed, but could be neither deleted nor moved. */
  async #tryAgain(finishing: Finishing, { done }: Scanned): Promise<void> {
    const now = this.#parts.clock.monotonic();
    for (const { path, original, as } of done) {
      const last = this.#triedAgainAt.get(path);
      if (last === undefined || now - last >= this.#job.config.nextTryMs) {
        this.#triedAgainAt.set(path, now);
        await finishFile(finishing, path, original, as);
      }
    }
    if (done.length === 0) this.#triedAgainAt.clear();
  }
}
