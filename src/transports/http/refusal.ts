/** Answers to requests that no flow gets to see: short, in words, and the connection ends. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpLimits } from './listener.ts';

/** The status for a request beyond the limits; undefined when it is within them. */
export function tooMuch(request: IncomingMessage, limits: HttpLimits): number | undefined {
  if ((request.url?.length ?? 0) > limits.targetLength) return 414;
  return request.rawHeaders.length / 2 > limits.headers ? 431 : undefined;
}

/** Refuses a request that was understood as one. */
export function refuse(status: number, request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent || response.destroyed) return;
  const text = textOf(status);
  response.shouldKeepAlive = false;
  response.writeHead(status, { 'Content-Type': 'text/plain', 'Content-Length': text.length });
  response.end(request.method === 'HEAD' ? undefined : text);
  // What is left of the body is of no interest, but reading it lets the client get the answer.
  request.resume();
}

const statusOf: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what is not HTTP, as long as somebody may still read it. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const status = statusOf[error.code ?? ''] ?? 400;
  const text = textOf(status);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
}

function textOf(status: number): string {
  return `${STATUS_CODES[status] ?? 'Refused'}\n`;
}
