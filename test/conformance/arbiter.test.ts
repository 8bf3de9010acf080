import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { SqliteArbiter } from '../../src/coordination/arbiters/sqlite.ts';
import { connectArbiter, MemoryArbiter, serveArbiter, type Channel } from '../../src/coordination/index.ts';
import { arbiterConformance } from './arbiter.ts';

arbiterConformance('memory', () => {
  const arbiter = new MemoryArbiter();
  return { first: arbiter, second: arbiter, close: () => {} };
});

/** Like the IPC of child processes, messages are JSON. */
function portChannel(port: MessagePort): Channel {
  return {
    send: (message) => port.postMessage(JSON.stringify(message)),
    onMessage(listener) {
      const own = (text: string): void => listener(JSON.parse(text));
      port.on('message', own);
      return () => void port.off('message', own);
    },
  };
}

arbiterConformance('over a message channel', () => {
  const arbiter = new MemoryArbiter();
  const ends = [new MessageChannel(), new MessageChannel()];
  const served = ends.map(({ port1 }) => serveArbiter(arbiter, portChannel(port1)));
  const [first, second] = ends.map(({ port2 }) => connectArbiter(portChannel(port2)));
  return {
    first: first!,
    second: second!,
    close() {
      for (const one of served) one.close();
      for (const { port1 } of ends) port1.close();
    },
  };
});

arbiterConformance('SQLite in one process', () => {
  const arbiter = new SqliteArbiter(':memory:');
  return { first: arbiter, second: arbiter, close: () => arbiter.close() };
});

arbiterConformance('SQLite file shared by two', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-arbiter-'));
  const first = new SqliteArbiter(join(folder, 'arbiter.db'), { lookMs: 5 });
  const second = new SqliteArbiter(join(folder, 'arbiter.db'), { lookMs: 5 });
  return {
    first,
    second,
    async close() {
      await first.close();
      await second.close();
      rmSync(folder, { recursive: true });
    },
  };
});
