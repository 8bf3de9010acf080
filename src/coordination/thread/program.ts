/** What the renewal thread runs. It loads the lease and the way to the arbiter, nothing else of the product. */
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../clock.ts';
import type { Logger, LogLevel } from '../../log.ts';
import type { Arbiter } from '../arbiter.ts';
import { connectArbiter } from '../channel/ipc.ts';
import { lineChannel } from '../channel/line-channel.ts';
import { openArbiter } from '../open-arbiter.ts';
import type { ArbiterPlace, FromThread, Reach, ThreadData, ToThread } from './messages.ts';
import { Renewer } from './renewer.ts';
import { SharedTime } from './shared-time.ts';

const port = parentPort!;
const { aliveAt } = workerData as ThreadData;
const tell = (message: FromThread): void => port.postMessage(message);

/** The main thread writes the log; what only a developer wants to see does not cross. */
const log: Logger = {
  log(level: LogLevel, text: string) {
    if (level !== 'TRACE' && level !== 'DEBUG') tell({ type: 'log', level, text });
  },
  debug: () => {},
  info: (text) => tell({ type: 'log', level: 'INFO', text }),
  warn: (text) => tell({ type: 'log', level: 'WARN', text }),
  error: (text) => tell({ type: 'log', level: 'ERROR', text }),
  named: () => log,
  enabled: (level) => level !== 'TRACE' && level !== 'DEBUG',
};

async function reach(from: ArbiterPlace): Promise<{ readonly arbiter: Arbiter; close(): Promise<void> }> {
  if (from.at === 'pipe') {
    const socket = new Socket({ fd: from.fd, readable: true, writable: true });
    return { arbiter: connectArbiter(lineChannel(socket)), close: async () => void socket.destroy() };
  }
  const arbiter = await openArbiter(from.address, { ...from.context, log });
  return { arbiter, close: () => arbiter.close() };
}

/** What main sends while the arbiter is being opened. */
const early: ToThread[] = [];
let hear = (message: ToThread): void => void early.push(message);

async function run(from: ArbiterPlace): Promise<void> {
  const { arbiter, close } = await reach(from);
  const onClose = (): void => void close().then(() => tell({ type: 'closed' }));
  const renewer = new Renewer({ arbiter, clock: systemClock, tell, mainAliveAt: new SharedTime(aliveAt), onClose });
  hear = (message): void => renewer.hear(message);
  for (const message of early.splice(0)) renewer.hear(message);
}

port.on('message', (message: Reach | ToThread) => {
  // A failure ends the thread, and the main thread hears of it.
  if (message.type === 'reach') void run(message.arbiter);
  else hear(message);
});
