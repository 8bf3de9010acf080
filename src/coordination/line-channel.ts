/**
 * Messages over a byte stream: each is one line of JSON in UTF-8, ended by \n.
 */
import type { Duplex } from 'node:stream';
import type { Channel } from './ipc.ts';

/** A lost peer is silence, never a throw. What is no JSON ends the stream: its other end is not one of us. */
export function lineChannel(stream: Duplex): Channel {
  const listeners = new Set<(message: unknown) => void>();
  let begun = '';
  stream.setEncoding('utf8');
  stream.on('error', () => {});
  stream.on('data', (text: string) => {
    const lines = (begun + text).split('\n');
    begun = lines.pop()!;
    for (const line of lines) {
      let message: unknown;
      try {
        message = JSON.parse(line);
      } catch {
        stream.destroy();
        return;
      }
      for (const listener of listeners) listener(message);
    }
  });
  return {
    send(message) {
      if (stream.writable) stream.write(`${JSON.stringify(message)}\n`);
    },
    onMessage(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
