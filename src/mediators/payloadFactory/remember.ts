const most = 200;

/** Keeps memory bounded: keys may be computed, so there may be many of them. */
export function remember<T>(memory: Map<string, T>, name: string, value: T): void {
  if (memory.size >= most) memory.delete(memory.keys().next().value!);
  memory.set(name, value);
}
