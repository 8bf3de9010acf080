import { crc32 } from 'node:zlib';
import type { Message as RabbitMessage } from 'amqplib';

/** Some 2 MiB of keys; a classic queue of a broker that is killed forgets fewer acknowledgements than that. */
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

  acknowledged(item: RabbitMessage): void {
    const key = keyOf(item);
    if (key === undefined) return;
    this.#acknowledged.add(key);
    if (this.#acknowledged.size <= most) return;
    for (const oldest of this.#acknowledged) {
      this.#acknowledged.delete(oldest);
      break;
    }
  }

  /** True once for each message that was done on an earlier connection. */
  isDone(item: RabbitMessage): boolean {
    if (this.#before.size === 0) return false;
    const key = keyOf(item);
    return key !== undefined && this.#before.delete(key);
  }
}

/** Undefined for a message without an id: two of them may be the same by chance. */
function keyOf({ content, properties }: RabbitMessage): string | undefined {
  const id = properties.messageId as string | undefined;
  return id === undefined ? undefined : `${id}/${content.length}/${crc32(content)}`;
}
