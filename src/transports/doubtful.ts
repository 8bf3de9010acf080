import { crc32 } from 'node:zlib';

/** Some 2 MiB of keys; a broker that is killed forgets fewer acknowledgements than that. */
const most = 20_000;

/**
 * Messages that this replica acknowledged on a connection that then broke: the broker may not have taken, or may have
 * forgotten, the acknowledgement, and gives them again. They are done: running their flow again would double it.
 * Known by message id and content, so that senders whose ids are not unique lose nothing.
 */
export class Doubtful {
  #acknowledged = new Set<string>();
  #before = new Set<string>();

  /** A new connection: what was acknowledged on earlier ones is in doubt. */
  reconnected(): void {
    const all = [...this.#before, ...this.#acknowledged].slice(-most);
    this.#before = new Set(all);
    this.#acknowledged.clear();
  }

  /** A message without an id is not remembered: two of them may be the same by chance. */
  acknowledged(id: string | undefined, content: Uint8Array | string): void {
    if (id === undefined) return;
    this.#acknowledged.add(keyOf(id, content));
    if (this.#acknowledged.size <= most) return;
    for (const oldest of this.#acknowledged) {
      this.#acknowledged.delete(oldest);
      break;
    }
  }

  /** True once for each message that was done on an earlier connection. */
  isDone(id: string | undefined, content: Uint8Array | string): boolean {
    return this.#before.size > 0 && id !== undefined && this.#before.delete(keyOf(id, content));
  }
}

function keyOf(id: string, content: Uint8Array | string): string {
  return `${id}/${content.length}/${crc32(content)}`;
}
