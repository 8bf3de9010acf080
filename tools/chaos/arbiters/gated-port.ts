import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Lane, type Gate } from './gate.ts';

export interface GatedPort {
  /** Where the replica finds the arbiter: 127.0.0.1 and this port. */
  readonly port: number;
  close(): void;
}

/** Bytes, or the word for the end of them. */
type Piece = Buffer | string;

/** A port of this machine that leads to an arbiter, through a gate. */
export async function openGatedPort(host: string, port: number, gate: Gate): Promise<GatedPort> {
  const pairs = new Set<() => void>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (gate.cuts) return near.destroy();
    const far = connect({ host, port, allowHalfOpen: true });
    const part = (): void => {
      near.destroy();
      far.destroy();
      toFar.close();
      toNear.close();
      pairs.delete(part);
    };
    const toFar = new Lane<Piece>(gate, (piece) => give(far, piece));
    const toNear = new Lane<Piece>(gate, (piece) => give(near, piece));
    pairs.add(part);
    near.on('data', (bytes) => toFar.push(bytes)).on('end', () => toFar.push('end'));
    // A stream with a hole in it is no stream: a lost reply is a lost connection.
    far
      .on('data', (bytes) => (gate.loses('to-replica') ? part() : toNear.push(bytes)))
      .on('end', () => toNear.push('end'));
    for (const socket of [near, far]) socket.setNoDelay(true).on('error', part);
    near.once('close', part);
    far.once('close', () => toNear.push('end'));
  });
  const stop = gate.onChange(() => {
    if (gate.cuts) for (const part of pairs) part();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      stop();
      server.close();
      for (const part of pairs) part();
    },
  };
}

function give(socket: Socket, piece: Piece): void {
  if (piece === 'end') socket.end();
  else if (socket.writable) socket.write(piece);
}
