import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A port of this machine that leads to the API server, for as long as the test likes. */
export class Link implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #state: 'open' | 'frozen' | 'swallowing' | 'down' = 'open';

  private constructor(host: string, port: number) {
    this.#server = createServer((near) => this.#join(near, connect(port, host)));
  }

  static async open(host: string, port: number): Promise<Link> {
    const link = new Link(host, port);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** As a server that does not run: connections stay, nothing comes through, and everything does after `open`. */
  freeze(): void {
    this.#state = 'frozen';
    for (const socket of this.#sockets()) socket.pause();
  }

  /** As a network that drops everything: nobody is told, and what was sent is lost. */
  swallow(): void {
    this.#state = 'swallowing';
  }

  /** As a server that has ended: connections break, and new ones are refused. */
  break(): void {
    this.#state = 'down';
    for (const socket of this.#sockets()) socket.destroy();
  }

  open(): void {
    // A connection that lost bytes cannot go on.
    if (this.#state === 'swallowing') for (const socket of this.#sockets()) socket.destroy();
    this.#state = 'open';
    for (const socket of this.#sockets()) socket.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.break();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket, far: Socket): void {
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (this.#state !== 'swallowing') to.write(bytes);
      });
      from.on('error', () => {});
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
    if (this.#state === 'down') near.destroy();
    if (this.#state === 'frozen') for (const socket of pair) socket.pause();
  }

  #sockets(): Socket[] {
    return [...this.#pairs].flat();
  }
}
