import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Balancer } from './balancer/balancer.ts';
import type { Events } from './picture/events.ts';

/** A port that an inbound endpoint names, and where one replica has it. */
export interface DoorPort {
  readonly port: number;
  readonly at: number;
}

/**
 * The ports of listening inbound endpoints on this machine, where several replicas cannot have the same one. Connections
 * are passed on byte by byte, so that TLS and WebSocket end at the replica.
 */
export class LocalDoors {
  readonly #balancer: Balancer;
  readonly #events: Events;
  readonly #host: string;
  readonly #servers = new Map<number, Server>();
  readonly #sockets = new Set<Socket>();
  /** By port, then by the replica's name at the balancer. */
  readonly #places = new Map<number, Map<string, number>>();
  #turn = 0;

  constructor(balancer: Balancer, events: Events, host: string) {
    this.#balancer = balancer;
    this.#events = events;
    this.#host = host;
  }

  /** A replica has opened its doors; it gets connections while the balancer counts it as ready. */
  add(target: string, doors: readonly DoorPort[]): void {
    for (const { port, at } of doors) {
      const places = this.#places.get(port) ?? new Map<string, number>();
      this.#places.set(port, places.set(target, at));
      if (!this.#servers.has(port)) this.#listen(port);
    }
  }

  /** No new connections; those that are open go on. */
  stopTaking(): void {
    for (const server of this.#servers.values()) server.close();
  }

  /** Cuts what is still open: the replicas are gone. */
  close(): void {
    this.stopTaking();
    for (const socket of this.#sockets) socket.destroy();
  }

  #listen(port: number): void {
    const server = createServer({ allowHalfOpen: true }, (client) => this.#pass(client, port, new Set()));
    this.#servers.set(port, server);
    server.on('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'it is taken' : error.message;
      this.#events.tell({ type: 'warning', text: `port ${port} of an inbound endpoint cannot be opened: ${why}` });
    });
    server.listen(port, this.#host);
  }

  #pass(client: Socket, port: number, tried: Set<number>): void {
    const at = this.#pick(port, tried);
    if (at === undefined) {
      client.destroy();
      return;
    }
    const replica = connect({ port: at, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    client.setNoDelay(true);
    for (const socket of [client, replica]) this.#keep(socket);
    let connected = false;
    replica.once('connect', () => {
      connected = true;
      client.pipe(replica).pipe(client);
    });
    replica.on('error', () => {
      // Nothing of it has been read: another replica may have it.
      if (!connected && !client.destroyed) this.#pass(client, port, tried.add(at));
    });
    replica.once('close', () => connected && client.destroy());
    client.once('close', () => replica.destroy());
  }

  #keep(socket: Socket): void {
    if (this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** In turn among those that are ready; a replica that is no more is forgotten. */
  #pick(port: number, tried: ReadonlySet<number>): number | undefined {
    const places = this.#places.get(port) ?? new Map<string, number>();
    const states = new Map(this.#balancer.targets().map(({ name, state }) => [name, state]));
    for (const target of places.keys()) if (!states.has(target)) places.delete(target);
    const ready = [...places].filter(([target, at]) => states.get(target) === 'ready' && !tried.has(at));
    return ready[this.#turn++ % Math.max(1, ready.length)]?.[1];
  }
}
