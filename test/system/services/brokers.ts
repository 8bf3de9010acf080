/** Brokers are killed and started by SERVICES_COMMAND, where there is one: `<command> kill|up rabbitmq|artemis|activemq`. */
import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Sender } from '../../../src/engine/ports.ts';
import { Body } from '../../../src/message/body.ts';
import { Headers } from '../../../src/message/headers.ts';
import { Message } from '../../../src/message/message.ts';

const command = process.env['SERVICES_COMMAND'];

/** Words for a skip of what takes a broker away, or false. */
export const untouchable: string | false =
  command === undefined && 'SERVICES_COMMAND names nothing that kills and starts brokers';

export async function service(verb: 'kill' | 'up' | 'pause' | 'resume', name: string): Promise<void> {
  await promisify(execFile)(command!, [verb, name]);
}

/** Sends texts one after the other; a broker that has just come back is asked again. */
export async function sendTexts(
  sender: Sender,
  url: URL,
  texts: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { signal } = new AbortController();
  for (const text of texts) {
    for (let left = 40; ; left--) {
      const message = new Message({
        body: Body.bytes(Buffer.from(text), 'text/plain'),
        headers: Headers.from(headers),
      });
      message.properties.set('OUT_ONLY', 'true');
      const outgoing = { url, message, method: undefined, format: undefined, timeoutMs: undefined, signal };
      const failure = await sender.send(outgoing).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) break;
      if (left === 0) throw failure;
      await wait(250);
    }
  }
}
