/**
 * A command inside of a container, over a WebSocket of the protocol v4.channel.k8s.io:
 *
 *   GET .../pods/<name>/exec?container=NAME&command=WORD&command=WORD&stdout=true&stderr=true
 *   each message: one byte, the channel, and then what is said on it
 *     1   what the command writes to stdout
 *     2   what it writes to stderr
 *     3   once, when it has ended, a Status
 *           { status: Success }                                                                           exit code 0
 *           { status: Failure, reason: NonZeroExitCode, details: { causes: [{ reason: ExitCode, message: "1" }] } }
 *           { status: Failure, reason, message }                                         it could not be started at all
 *   then the server closes
 */
import type { RawData, WebSocket } from 'ws';
import {
  ApiError,
  asText,
  NotReachedError,
  type Asked,
  type Status,
} from '../../../coordination/arbiters/kubernetes/api-error.ts';

export const channelProtocol = 'v4.channel.k8s.io';

/** What became of a command. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface End extends Status {
  readonly status?: 'Success' | 'Failure';
}

/** Resolves when the command has ended, however; rejects when it was not started, or nobody can tell how it ended. */
export async function hearToTheEnd(socket: WebSocket, asked: Asked, signal: AbortSignal): Promise<Ran> {
  const said: Record<number, Buffer[]> = { 1: [], 2: [], 3: [] };
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  socket.on('message', (data: RawData) => {
    const message = data as Buffer;
    said[message[0] ?? 0]?.push(message.subarray(1));
  });
  socket.once('close', () => onClosed());
  socket.resume();
  await closed;
  signal.throwIfAborted();
  const [out, err, end] = [1, 2, 3].map((channel) => Buffer.concat(said[channel]!).toString());
  if (end === '')
    throw new NotReachedError(`cannot ${asText(asked)}: the connection broke before the command had ended`);
  return { code: exitCodeOf(JSON.parse(end!) as End, asked), out: out!, err: err! };
}

function exitCodeOf(end: End, asked: Asked): number {
  if (end.status === 'Success') return 0;
  const code = end.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (code !== undefined) return Number(code);
  throw new ApiError(asked, end.code ?? 500, end);
}
