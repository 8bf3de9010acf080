/**
 * An arbiter at the other end of a message channel. Every message is tagged `arbiter`, so that other traffic may share it.
 *
 *   client -> server   { arbiter: 'call', id, method, args }      method: snapshot | read | swap | remove, args without the signal
 *   server -> client   { arbiter: 'answer', id, value? }          value left out: undefined
 *                      { arbiter: 'answer', id, error }           error: text
 *                      The assignment travels as what is new since a version that both sides have:
 *                        snapshot's answer   assignment: 'same' | { value, version } | { since, delta, version }
 *                        swap's arguments    ['assignment', value | { delta }, expected]      delta: since `expected`
 *   client -> server   { arbiter: 'watch' } | { arbiter: 'unwatch' }
 *   server -> client   { arbiter: 'wake' }                        at most one until the client's next call
 */
import type { Arbiter, Snapshot, SnapshotOptions, Version, Versioned } from '../arbiter.ts';
import { applied, difference, type Delta } from './delta.ts';
import type { Assignment, MemberRecord, RecordAt, RecordKey } from '../records.ts';

/** Whatever carries messages both ways, in order: a child process, a MessagePort. */
export interface Channel {
  /** Must not throw when the other end is gone. */
  send(message: unknown): void;
  /** The returned function ends it. */
  onMessage(listener: (message: unknown) => void): () => void;
}

type Method = 'snapshot' | 'read' | 'swap' | 'remove';

type FromClient =
  | { readonly arbiter: 'call'; readonly id: number; readonly method: Method; readonly args: readonly unknown[] }
  | { readonly arbiter: 'watch' | 'unwatch' };

type FromServer =
  | { readonly arbiter: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly arbiter: 'wake' };

/** A snapshot on its way. */
type SentSnapshot = Omit<Snapshot, 'assignment'> & {
  readonly assignment:
    Snapshot['assignment'] | { readonly since: Version; readonly delta: Delta; readonly version: Version };
};

export interface ServedArbiter {
  /** Boot ids of the members that joined through this channel: whom to revoke when the process at its end has exited. */
  readonly boots: ReadonlySet<string>;
  close(): void;
}

/** Lets the process at the other end use this arbiter. */
export function serveArbiter(arbiter: Arbiter, channel: Channel): ServedArbiter {
  const boots = new Set<string>();
  const life = new AbortController();
  let unwatch: (() => void) | undefined;
  let wakeSent = false;
  const reply = (message: FromServer): void => channel.send(message);

  const { signal } = life;
  /** What the client has, as far as it was sent from here. */
  let sent: Versioned<Assignment> | undefined;
  const snapshot = async (known: Version | undefined): Promise<SentSnapshot> => {
    const found = await arbiter.snapshot({ signal, known });
    const { assignment } = found;
    if (assignment === undefined || assignment === 'same') return found;
    const before = sent;
    sent = assignment;
    if (before === undefined || before.version !== known) return found;
    const delta = difference(before.value, assignment.value);
    return { ...found, assignment: { since: before.version, delta, version: assignment.version } };
  };
  const swapDelta = async (delta: Delta, expected: Version): Promise<Version | undefined> => {
    const found = await arbiter.read('assignment', signal);
    if (found?.version !== expected) return undefined;
    const value = applied(found.value, delta);
    const version = await arbiter.swap('assignment', value, expected, signal);
    if (version !== undefined) sent = { value, version };
    return version;
  };

  const call = (method: Method, args: readonly unknown[]): Promise<unknown> => {
    const [first, second, third] = args;
    switch (method) {
      case 'snapshot':
        return snapshot(first as Version | undefined);
      case 'read':
        return arbiter.read(first as RecordKey, signal);
      case 'swap':
        if (first === 'assignment' && (second as { delta?: Delta }).delta)
          return swapDelta((second as { delta: Delta }).delta, third as Version);
        if (first !== 'assignment' && third === undefined) boots.add((second as MemberRecord).boot);
        return arbiter.swap(first as RecordKey, second as RecordAt<RecordKey>, third as Version | undefined, signal);
      case 'remove':
        return arbiter.remove(first as RecordKey, second as Version, signal);
      default:
        return Promise.reject(new Error(`the arbiter has no method ${String(method)}`));
    }
  };

  const stopListening = channel.onMessage((received) => {
    const message = received as FromClient | undefined;
    switch (message?.arbiter) {
      case 'call':
        wakeSent = false;
        // JSON turns a trailing undefined into null; an absent version is undefined.
        call(
          message.method,
          message.args.map((arg) => arg ?? undefined),
        ).then(
          (value) => reply({ arbiter: 'answer', id: message.id, value }),
          (error: unknown) => reply({ arbiter: 'answer', id: message.id, error: String(error) }),
        );
        break;
      case 'watch':
        unwatch ??= arbiter.watch(() => {
          // A frozen client must not fill the channel: what it has not read yet will wake it.
          if (wakeSent) return;
          wakeSent = true;
          reply({ arbiter: 'wake' });
        });
        break;
      case 'unwatch':
        unwatch?.();
        unwatch = undefined;
        break;
      default:
    }
  });

  return {
    boots,
    close() {
      stopListening();
      unwatch?.();
      unwatch = undefined;
      life.abort(new Error('the channel was closed'));
    },
  };
}

/** The arbiter at the other end of the channel. Calls wait until their signal ends them: time-outs are the caller's. */
export function connectArbiter(channel: Channel): Arbiter {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  const watchers = new Set<() => void>();
  let lastId = 0;

  channel.onMessage((received) => {
    const message = received as FromServer | undefined;
    if (message?.arbiter === 'wake') {
      for (const wake of watchers) wake();
    } else if (message?.arbiter === 'answer') {
      const call = waiting.get(message.id);
      if (message.error === undefined) call?.resolve(message.value ?? undefined);
      else call?.reject(new Error(message.error));
    }
  });

  const call = <T>(method: Method, args: readonly unknown[], signal: AbortSignal): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const id = ++lastId;
      const onAbort = (): void => settle(() => reject(signal.reason as Error));
      const settle = (end: () => void): void => {
        waiting.delete(id);
        signal.removeEventListener('abort', onAbort);
        end();
      };
      waiting.set(id, {
        resolve: (value) => settle(() => resolve(value as T)),
        reject: (error) => settle(() => reject(error)),
      });
      signal.addEventListener('abort', onAbort, { once: true });
      channel.send({ arbiter: 'call', id, method, args });
    });

  /** The newest assignment this side knows. */
  let copy: Versioned<Assignment> | undefined;

  return {
    async snapshot({ signal, known }: SnapshotOptions): Promise<Snapshot> {
      const before = copy?.version === known ? copy : undefined;
      const { members, assignment } = await call<SentSnapshot>('snapshot', [known], signal);
      if (assignment === undefined || assignment === 'same') return { members, assignment };
      if (!('delta' in assignment)) copy = assignment;
      else if (before?.version === assignment.since)
        copy = { value: applied(before.value, assignment.delta), version: assignment.version };
      // What it is since is not known here any more.
      else copy = await call<Versioned<Assignment> | undefined>('read', ['assignment'], signal);
      return { members, assignment: copy };
    },
    read: <K extends RecordKey>(key: K, signal: AbortSignal): Promise<Versioned<RecordAt<K>> | undefined> =>
      call('read', [key], signal),
    async swap(key, value, expected, signal) {
      if (key !== 'assignment') return call('swap', [key, value, expected], signal);
      const before = copy;
      const next = value as Assignment;
      const sent =
        before !== undefined && before.version === expected ? { delta: difference(before.value, next) } : next;
      const version = await call<Version | undefined>('swap', [key, sent, expected], signal);
      if (version !== undefined) copy = { value: next, version };
      return version;
    },
    remove: (key, expected, signal) => call('remove', [key, expected], signal),
    watch(wake) {
      const own = (): void => wake();
      watchers.add(own);
      if (watchers.size === 1) channel.send({ arbiter: 'watch' });
      return () => {
        if (watchers.delete(own) && watchers.size === 0) channel.send({ arbiter: 'unwatch' });
      };
    },
  };
}

/** What Node's `process` and a `ChildProcess` have in common. */
export interface MessagingProcess {
  send?:
    | ((message: never, handle?: undefined, options?: undefined, callback?: (error: Error | null) => void) => boolean)
    | undefined;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
  readonly connected?: boolean;
}

/** The IPC channel of a child process, or of this process when it is one. A lost peer is silence, never a throw. */
export function processChannel(peer: MessagingProcess): Channel {
  return {
    send(message) {
      if (peer.connected === true) peer.send?.(message as never, undefined, undefined, () => {});
    },
    onMessage(listener) {
      peer.on('message', listener);
      return () => void peer.off('message', listener);
    },
  };
}
