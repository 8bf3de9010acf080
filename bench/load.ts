import { createConnection, type Socket } from 'node:net';

/**
 * So many connections, one request at a time on each; raw sockets, because the client's own cost is CPU taken from the
 * server.
 */
export interface LoadOptions {
  readonly port: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Buffer | undefined;
  readonly contentType?: string | undefined;
  readonly connections: number;
  readonly requests: number;
}

export interface LoadResult {
  readonly seconds: number;
  readonly answered: number;
  /** Answers that are not 200. */
  readonly refused: number;
}

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');

/** Resolves when every request has been answered; rejects when a connection breaks. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { port, method, path, body, contentType, connections } = options;
  const entity = body ? `Content-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n` : '';
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${entity}\r\n`);
  const request = body ? Buffer.concat([head, body]) : head;
  let left = options.requests;
  let answered = 0;
  let refused = 0;
  const started = performance.now();
  const client = (): Promise<void> =>
    new Promise((done, failed) => {
      const socket = createConnection(port, '127.0.0.1');
      let answer: Buffer | undefined;
      const next = (): void => {
        if (left-- > 0) socket.write(request);
        else finish(socket, done);
      };
      socket.setNoDelay(true);
      socket.on('connect', next);
      socket.on('error', failed);
      socket.on('data', (part: Buffer) => {
        const so = answer ? Buffer.concat([answer, part]) : part;
        answer = so;
        if (!isWhole(so)) return;
        answered++;
        // HTTP/1.1 200
        if (so[9] !== 0x32) refused++;
        answer = undefined;
        next();
      });
    });
  await Promise.all(Array.from({ length: connections }, client));
  return { seconds: (performance.now() - started) / 1_000, answered, refused };
}

function finish(socket: Socket, done: () => void): void {
  socket.end();
  socket.destroy();
  done();
}

function isWhole(answer: Buffer): boolean {
  const end = answer.indexOf(headEnd);
  if (end < 0) return false;
  const length = /content-length: *(\d+)/i.exec(answer.toString('latin1', 0, end))?.[1];
  if (length === undefined) return answer.subarray(-5).equals(lastChunk);
  return answer.length >= end + 4 + Number(length);
}
