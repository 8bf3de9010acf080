import { systemClock } from '../clock.ts';
import type { MessageStore, StoredMessage } from '../engine/ports.ts';
import { failureOf, withoutFailure } from './dead-letter.ts';
import { ReadAhead } from './read-ahead.ts';

/** Where a message is to go, and as what; undefined: it stays. */
export type Direction = (
  message: StoredMessage,
) => { readonly to: MessageStore; readonly as: StoredMessage } | undefined;

/** To one store, as they are. */
export function into(to: MessageStore): Direction {
  return (message) => ({ to, as: message });
}

/** Back to where they came from, as they were before they failed; `fallback` takes those that do not say. */
export function backToTheirStores(
  find: (name: string) => MessageStore | undefined,
  fallback: MessageStore | undefined,
): Direction {
  return (message) => {
    const to = fallback ?? find(failureOf(message)?.store ?? '');
    return to && { to, as: withoutFailure(message) };
  };
}

export interface Moved {
  readonly moved: number;
  /** Of a message that could not go anywhere, which ended it; undefined: all went that were to. */
  readonly stuck: string | undefined;
}

/**
 * Moves what waits in a store now, oldest first: each is in its new place before it leaves the old one, so that an end
 * half-way loses nothing.
 */
export async function moveMessages(from: MessageStore, direct: Direction): Promise<Moved> {
  const waiting = await from.count();
  const ahead = new ReadAhead(systemClock);
  let moved = 0;
  try {
    while (moved < waiting) {
      const message = ahead.next ?? (await ahead.more()) ?? (await ahead.readFromBeginning(from));
      if (!message) break;
      const way = direct(message);
      if (!way) return { moved, stuck: message.id };
      await way.to.put(way.as);
      if (await from.remove(message.id)) ahead.pass(from);
      else ahead.forget();
      moved++;
    }
  } finally {
    await from.release?.();
  }
  return { moved, stuck: undefined };
}

/** Moves one message; false when it is not there, or its store gives only the oldest. */
export async function moveOne(from: MessageStore, id: string, direct: Direction): Promise<Moved> {
  const found = (await from.browse(await from.count())).find((message) => message.id === id);
  const way = found && direct(found);
  if (!way) return { moved: 0, stuck: id };
  await way.to.put(way.as);
  if (await from.remove(id)) return { moved: 1, stuck: undefined };
  // Not to be had out of turn: its copy must not stay.
  await way.to.remove(way.as.id);
  return { moved: 0, stuck: id };
}
