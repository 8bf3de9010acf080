import type { Server, Session } from './server.ts';

/**
 * One connection and the calls that wait for it. It is opened by the call that needs it, within that call's time.
 * A call that is given up while the server has its statement takes the connection with it: the next one opens a new
 * connection at once, and nothing ever queues behind a socket that may be dead.
 */
export class Lane {
  readonly #server: Pick<Server, 'connect'>;
  readonly #closing = new AbortController();
  #session: Session | undefined;
  #busy = false;
  #waiting: (() => void)[] = [];

  constructor(server: Pick<Server, 'connect'>) {
    this.#server = server;
  }

  async run<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    until.throwIfAborted();
    await this.#turn(until);
    try {
      if (!this.#session?.alive) this.#session = await this.#server.connect(until);
      return await this.#unlessAborted(until, this.#session, work);
    } finally {
      this.#busy = false;
      this.#waiting.shift()?.();
    }
  }

  /** What waits or runs rejects. */
  async close(): Promise<void> {
    const idle = this.#busy ? undefined : this.#session;
    this.#closing.abort(new Error('the arbiter was closed'));
    await idle?.end();
  }

  async #turn(until: AbortSignal): Promise<void> {
    while (this.#busy) {
      const turn = Promise.withResolvers<void>();
      const leave = (): void => turn.reject(until.reason as Error);
      this.#waiting.push(turn.resolve);
      until.addEventListener('abort', leave, { once: true });
      try {
        await turn.promise;
      } catch (error) {
        // Its turn may have come at the very moment it left; then it goes to the next.
        if (this.#waiting.includes(turn.resolve)) this.#waiting = this.#waiting.filter((one) => one !== turn.resolve);
        else if (!this.#busy) this.#waiting.shift()?.();
        throw error;
      } finally {
        until.removeEventListener('abort', leave);
      }
    }
    this.#busy = true;
  }

  async #unlessAborted<T>(until: AbortSignal, session: Session, work: (session: Session) => Promise<T>): Promise<T> {
    const given = Promise.withResolvers<never>();
    const giveUp = (): void => {
      session.destroy();
      given.reject(until.reason as Error);
    };
    until.addEventListener('abort', giveUp, { once: true });
    try {
      until.throwIfAborted();
      return await Promise.race([work(session), given.promise]);
    } finally {
      until.removeEventListener('abort', giveUp);
    }
  }
}
