/** Things that arrive, for whoever waits for the next one. */
export function nextOf<T>(): { add(item: T): void; next(): Promise<T> } {
  const here: T[] = [];
  let waiting: ((item: T) => void) | undefined;
  return {
    add(item) {
      if (!waiting) return void here.push(item);
      const take = waiting;
      waiting = undefined;
      take(item);
    },
    next: () => (here.length > 0 ? Promise.resolve(here.shift()!) : new Promise<T>((resolve) => (waiting = resolve))),
  };
}
