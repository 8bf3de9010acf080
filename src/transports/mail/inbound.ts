import { lostSignal } from '../../engine/lost-signal.ts';
import type { Singleton, Taken, TakeOptions, Term } from '../../engine/ports.ts';
import { stillHeld } from '../../engine/still-held.ts';
import type { Message } from '../../message/message.ts';
import type { ConsumerParts } from '../inbound-kind.ts';
import { keepConnected } from '../reconnecting.ts';
import { answerHead } from './answer.ts';
import { readMail, type IncomingMail } from './incoming.ts';
import { explainMailError, isUnreadable, Mailbox, mailServerOf, trustOf, type FoundMail } from './mailbox.ts';
import { Outbox } from './outbox.ts';
import type { MailConfig } from './parameters.ts';

/** What became of a mail; `left`: nothing is said of it, and the next look takes it again. */
type Fate = 'process' | 'failure' | 'left';

export function consumeMail(config: MailConfig, parts: ConsumerParts): Singleton['run'] {
  return (term) => new Polling(config, parts, term).run();
}

/** Takes the mails of a folder as long as the term lasts, over one connection after the other. */
class Polling {
  readonly #config: MailConfig;
  readonly #parts: ConsumerParts;
  readonly #term: Term;
  readonly #outbox: Outbox | undefined;
  /** Processed, when the connection broke before that could be said: it is the first thing said over the next. */
  readonly #owed = new Map<number, Exclude<Fate, 'left'>>();
  /** Not taken again before the next look. */
  readonly #left = new Set<number>();
  /** How often a mail could not be had of the server. */
  readonly #unreadable = new Map<number, number>();
  #validity: string | undefined;

  constructor(config: MailConfig, parts: ConsumerParts, term: Term) {
    this.#config = config;
    this.#parts = parts;
    this.#term = term;
    this.#outbox = outboxOf(config);
  }

  async run(): Promise<void> {
    const { clock, standing, log } = this.#parts;
    await keepConnected((established, signal) => this.#session(established, signal), {
      signal: this.#term.signal,
      clock,
      standing,
      log,
      server: mailServerOf(this.#config),
      longestMs: this.#config.reconnectSeconds * 1_000,
      explain: (error) => explainMailError(error, this.#config),
    });
    await this.#outbox?.close();
  }

  async #session(established: () => void, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const mailbox = await Mailbox.open(this.#config, signal, (why) => over.abort(why));
    const onEnd = (): void => {
      if (!this.#term.valid()) mailbox.destroy();
    };
    signal.addEventListener('abort', onEnd, { once: true });
    const ending = AbortSignal.any([signal, over.signal]);
    try {
      await this.#payDebts(mailbox, over.signal);
      while (!ending.aborted) {
        this.#left.clear();
        await this.#look(mailbox, established, ending, over.signal);
        await this.#parts.clock.sleep(this.#config.intervalMs, ending).catch(() => {});
      }
      if (!signal.aborted) throw over.signal.reason;
    } catch (error) {
      // What a broken connection makes of a command says less than why it broke.
      throw over.signal.aborted ? over.signal.reason : error;
    } finally {
      signal.removeEventListener('abort', onEnd);
      if (this.#term.valid()) await mailbox.close();
      else mailbox.destroy();
    }
  }

  /** Takes all that waits. */
  async #look(mailbox: Mailbox, established: () => void, ending: AbortSignal, broken: AbortSignal): Promise<void> {
    for (let mayBeMore = true; mayBeMore;) {
      mayBeMore = false;
      for await (const waiting of mailbox.waiting()) {
        established();
        const uids = waiting.filter((uid) => !this.#left.has(uid));
        for (const uid of uids) {
          if (ending.aborted) return;
          await this.#take(mailbox, uid, broken);
        }
        // What was taken is gone, and those behind it have moved up.
        if (uids.length > 0) {
          mayBeMore = true;
          break;
        }
      }
      established();
    }
  }

  async #take(mailbox: Mailbox, uid: number, broken: AbortSignal): Promise<void> {
    this.#term.assert();
    const fate = await this.#process(mailbox, uid, broken);
    if (fate === 'left') {
      this.#left.add(uid);
      return;
    }
    this.#owed.set(uid, fate);
    await this.#pay(mailbox, uid, fate, broken);
  }

  async #process(mailbox: Mailbox, uid: number, broken: AbortSignal): Promise<Fate> {
    const read = await this.#read(mailbox, uid);
    if (!read) return 'left';
    const { outcome, fault } = await this.#give(read.mail, read.incoming);
    if (!(await stillHeld(this.#term, this.#parts.clock))) {
      this.#parts.log.warn(`Mail ${uid} of ${this.#config.folder} is left to the next holder`);
      return 'left';
    }
    if (outcome === 'done') return 'process';
    // A flow that failed because its mail could not be read to the end, or because it was in doubt whether the term holds,
    // has not failed by itself.
    return outcome === 'requeue' || fault?.code === 'TERM_LOST' || broken.aborted ? 'left' : 'failure';
  }

  /** Undefined when it is gone, or cannot be had. */
  async #read(
    mailbox: Mailbox,
    uid: number,
  ): Promise<{ readonly mail: FoundMail; readonly incoming: IncomingMail } | undefined> {
    const { folder, maxRetries } = this.#config;
    const failures = this.#unreadable.get(uid) ?? 0;
    if (failures >= maxRetries) {
      this.#unreadable.delete(uid);
      await mailbox.markRead(uid);
      this.#parts.log.error(
        `Mail ${uid} of ${folder} cannot be read (transport.mail.MaxRetryCount); it is left there, marked as read`,
      );
      return undefined;
    }
    try {
      const mail = await mailbox.find(uid);
      const incoming = mail && (await readMail(mailbox, mail, this.#config, this.#parts, this.#term));
      return incoming && { mail, incoming };
    } catch (error) {
      if (isUnreadable(error)) this.#unreadable.set(uid, failures + 1);
      throw error;
    }
  }

  /** Runs the flow. A hand-over lets it finish; only a lost term aborts it. */
  async #give(mail: FoundMail, { message, discard }: IncomingMail): Promise<Taken> {
    using lost = lostSignal(this.#term);
    const reply: TakeOptions['reply'] = this.#outbox && ((answer) => this.#reply(mail, answer, lost.signal));
    try {
      return await this.#parts.intake.take(message, { signal: lost.signal, ...(reply && { reply }) });
    } finally {
      discard();
    }
  }

  async #reply(mail: FoundMail, answer: Message, signal: AbortSignal): Promise<void> {
    const { address, smtpFrom, replyAddress, folder } = this.#config;
    const head = answerHead(mail, answer, { from: address ?? smtpFrom, fallback: replyAddress });
    if (head) return this.#outbox!.send(head, answer, signal);
    this.#parts.log.info(`Mail ${mail.uid} of ${folder} gets no answer: it names nobody, or was sent by a machine`);
  }

  async #payDebts(mailbox: Mailbox, broken: AbortSignal): Promise<void> {
    if (this.#validity !== mailbox.validity) this.#owed.clear();
    this.#validity = mailbox.validity;
    for (const [uid, fate] of this.#owed) await this.#pay(mailbox, uid, fate, broken);
  }

  /** Deletes or moves a mail. Where the server does not do that, it is marked as read: nobody takes it again. */
  async #pay(mailbox: Mailbox, uid: number, fate: Exclude<Fate, 'left'>, broken: AbortSignal): Promise<void> {
    if (!this.#term.valid()) return;
    const { afterProcess, afterFailure, moveAfterProcess, moveAfterFailure, folder } = this.#config;
    const [action, to] = fate === 'process' ? [afterProcess, moveAfterProcess] : [afterFailure, moveAfterFailure];
    try {
      if (action === 'MOVE') await mailbox.move(uid, to!);
      else await mailbox.delete(uid);
    } catch (error) {
      if (broken.aborted) throw error;
      await mailbox.markRead(uid);
      this.#parts.log.error(`Mail ${uid} of ${folder} is processed and marked as read: ${(error as Error).message}`);
    }
    this.#owed.delete(uid);
  }
}

/** What answers go by: undefined where no server is known. */
function outboxOf(config: MailConfig): Outbox | undefined {
  const { smtpHost, smtpPort, smtpTls, smtpSsl, smtpTrust, smtpUser, smtpPassword, smtpFrom } = config;
  if (smtpHost === undefined) return undefined;
  const settings = {
    host: smtpHost,
    port: smtpPort,
    tls: smtpTls,
    implicitTls: smtpSsl || smtpPort === 465,
    checksCertificate: smtpTrust !== '*',
    user: smtpUser,
    password: smtpPassword,
    from: smtpFrom,
  };
  return new Outbox(settings, () => trustOf(config));
}
