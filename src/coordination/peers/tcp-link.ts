import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { lineChannel } from '../channel/line-channel.ts';
import type { OnPeerMessage, PeerLink } from './link.ts';
import { peerMessage, type PeerMessage } from './messages.ts';

export interface TcpLinkOptions {
  /** Where to listen. */
  readonly host: string;
  readonly port: number;
  /** The host others are told; the one to listen on when left out. */
  readonly announce?: string | undefined;
}

/** Behind so many unsent bytes a message would be late anyway: it is dropped, and the next one asks again. */
const mostUnsent = 64 * 1024;
/** A connection on which nothing comes back for that long is given up. */
const deafLimitMs = 1_000;

/** One connection to each peer that is asked, and one from each that asks. What cannot be sent is dropped. */
export class TcpLink implements PeerLink {
  readonly address: string;
  readonly #server: Server;
  readonly #outgoing = new Map<string, Socket>();
  readonly #incoming = new Set<Socket>();
  #listener: OnPeerMessage = () => {};

  /** Rejects when it cannot listen there. */
  static async open({ host, port, announce }: TcpLinkOptions): Promise<TcpLink> {
    const server = createServer({ noDelay: true });
    server.listen({ host, port });
    await once(server, 'listening');
    const { port: actual } = server.address() as AddressInfo;
    return new TcpLink(server, joined(announce ?? host, actual));
  }

  private constructor(server: Server, address: string) {
    this.#server = server;
    this.address = address;
    server.on('connection', (socket) => {
      this.#incoming.add(socket);
      socket.on('close', () => this.#incoming.delete(socket));
      this.#hear(socket);
    });
    server.unref();
  }

  listen(listener: OnPeerMessage): void {
    this.#listener = listener;
  }

  send(address: string, message: PeerMessage): void {
    const socket = this.#outgoing.get(address) ?? this.#connect(address);
    if (socket.writableLength < mostUnsent) socket.write(`${JSON.stringify(message)}\n`);
  }

  keep(addresses: ReadonlySet<string>): void {
    for (const [address, socket] of this.#outgoing) if (!addresses.has(address)) socket.destroy();
  }

  close(): void {
    this.#server.close();
    for (const socket of [...this.#outgoing.values(), ...this.#incoming]) socket.destroy();
  }

  #connect(address: string): Socket {
    const [host, port] = parted(address);
    const socket = connect({ host, port, noDelay: true });
    // A network that was away for a while is tried anew; TCP itself would wait longer and longer.
    const deaf = setTimeout(() => socket.destroy(), deafLimitMs).unref();
    socket.on('data', () => deaf.refresh());
    socket.unref();
    this.#outgoing.set(address, socket);
    socket.on('close', () => {
      clearTimeout(deaf);
      if (this.#outgoing.get(address) === socket) this.#outgoing.delete(address);
    });
    this.#hear(socket);
    return socket;
  }

  #hear(socket: Socket): void {
    const channel = lineChannel(socket);
    channel.onMessage((data) => {
      const message = peerMessage(data);
      if (message) this.#listener(message, (answer) => channel.send(answer));
      else socket.destroy();
    });
  }
}

/** IPv6 addresses stand in brackets. */
function joined(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parted(address: string): [host: string, port: number] {
  const at = address.lastIndexOf(':');
  return [address.slice(0, at).replace(/^\[|\]$/g, ''), Number(address.slice(at + 1))];
}
