/**
 * Messages over a byte stream: each is one line of JSON in UTF-8, ended by \n.
 */
import type { Duplex } from 'node:stream';
import type { Channel } from './ipc.ts';

/** Longer than any record; whoever sends more without an end of line fills this process's memory. */
const longestLine = 4 * 1024 * 1024;

/**
 * A lost peer is silence, never a throw. What is no JSON, or has no end, ends the stream: its other end is not one of us.
 */
export function lineChannel(stream: Duplex): Channel {
  const listeners = new Set<(message: unknown) => void>();
  /** The beginning of a line, in the pieces it came in. */
  let begun: string[] = [];
  let begunLength = 0;
  stream.setEncoding('utf8');
  stream.on('error', () => {});
  stream.on('data', (text: string) => {
    const lines = text.split('\n');
    const rest = lines.pop()!;
    if (lines.length > 0) {
      lines[0] = begun.join('') + lines[0]!;
      begun = [];
      begunLength = 0;
    }
    begun.push(rest);
    begunLength += rest.length;
    if (begunLength > longestLine) return void stream.destroy();
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
