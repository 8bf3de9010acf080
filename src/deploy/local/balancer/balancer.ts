import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, type Clock } from '../../../clock.ts';
import { silentLogger, type Logger } from '../../../log.ts';
import { Exchange, type Desk } from './exchange.ts';
import { Rotation } from './rotation.ts';
import { SilenceWatch } from './silence.ts';
import { Traffic, type TrafficCount } from './traffic.ts';
import { Upstream, type UpstreamState } from './upstream.ts';
import { passUpgrade } from './upgrade.ts';
import { WaitingRoom } from './waiting.ts';

export interface BalancerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Milliseconds a request may wait for a replica to become ready, counted from its arrival; then 503. */
  readonly patienceMs?: number;
  /** Requests that may wait at the same time; more are answered 503 at once. */
  readonly seats?: number;
  /** Told when silence puts a replica out of the rotation, or a sign of life brings it back. */
  readonly onQuiet?: (target: string, quiet: boolean) => void;
}

export interface Target {
  /** Unique among the processes that run now: "pod-1" and, while it is replaced, "pod-1'". */
  readonly name: string;
  /** "http://127.0.0.1:40123" */
  readonly origin: string;
  /** Asked when the replica is silent: any answer is a sign of life. Undefined: it is never suspected. */
  readonly health?: string;
  /** False: it gets no requests and is only watched. */
  readonly serves?: boolean;
}

export interface TargetStatus {
  readonly name: string;
  readonly state: UpstreamState;
  readonly inFlight: number;
  readonly taken: number;
}

/** An HTTP/1.1 reverse proxy in front of the replicas of this machine. */
export interface Balancer extends AsyncDisposable {
  readonly port: number;
  /** Puts a replica into the rotation and lets waiting requests go. */
  add(target: Target): void;
  /** A message came from the replica by another way than its connections. */
  sign(name: string): void;
  /** Known to be stopped (true) or to run again (false): no need to wait for its silence. */
  quiet(name: string, quiet: boolean): void;
  /** Sends it nothing new; resolves when what it had is finished or the deadline has passed, and forgets it. */
  drain(name: string, deadlineMs: number): Promise<void>;
  /** Its process has ended: what it had breaks off. */
  lost(name: string): void;
  targets(): readonly TargetStatus[];
  traffic(): TrafficCount;
  /** Stops taking, finishes what is in hand, breaks off the rest at the deadline. */
  close(deadlineMs?: number): Promise<void>;
}

/** Throws what node:net throws when the port is taken: an error with code EADDRINUSE. */
export async function startBalancer(options: BalancerOptions): Promise<Balancer> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? silentLogger;
  const rotation = new Rotation();
  const waiting = new WaitingRoom(clock, options.seats ?? 1_000, options.patienceMs ?? 10_000);
  const traffic = new Traffic(clock);
  const desk: Desk = { rotation, waiting, traffic, clock, log, holdBytes: 16 * 1024, closing: false };

  // Limits of header size and of time are the replicas' (they are the user's settings); these are only wider.
  const server = createServer({ maxHeaderSize: 128 * 1024, requestTimeout: 0, keepAliveTimeout: 65_000 });
  server.on('request', (request, response) => void new Exchange(desk, request, response));
  server.on('upgrade', (request, socket, head) => passUpgrade(desk, request, socket, head));

  const find = (name: string): Upstream | undefined => rotation.all.find((upstream) => upstream.name === name);

  const setQuiet = (upstream: Upstream, quiet: boolean): void => {
    if (upstream.state !== (quiet ? 'ready' : 'quiet')) return;
    upstream.state = quiet ? 'quiet' : 'ready';
    options.onQuiet?.(upstream.name, quiet);
    if (!quiet) {
      waiting.room();
    } else if (rotation.ready > 0) {
      for (const passenger of upstream.inFlight) passenger.leave();
    }
  };

  const silence = new SilenceWatch({ upstreams: rotation.all, clock, setQuiet });

  const forget = (upstream: Upstream): void => {
    rotation.remove(upstream);
    silence.forget(upstream);
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', resolve);
  });
  silence.start();

  let closed: Promise<void> | undefined;
  const close = async (deadlineMs: number): Promise<void> => {
    desk.closing = true;
    const ended = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cancel = clock.after(deadlineMs, () => server.closeAllConnections());
    await ended;
    cancel();
    silence.stop();
    await Promise.all(rotation.all.map((upstream) => upstream.close()));
  };

  const balancer: Balancer = {
    port: (server.address() as AddressInfo).port,
    add(target) {
      const upstream = new Upstream(target.name, target.origin, target.serves ?? true, clock);
      if (target.health !== undefined) silence.add(upstream, target.health);
      rotation.add(upstream);
      waiting.room();
    },
    sign(name) {
      const upstream = find(name);
      if (upstream === undefined) return;
      upstream.lastSign = clock.monotonic();
      setQuiet(upstream, false);
    },
    quiet(name, quiet) {
      const upstream = find(name);
      if (upstream !== undefined) setQuiet(upstream, quiet);
    },
    async drain(name, deadlineMs) {
      const upstream = find(name);
      if (upstream === undefined) return;
      upstream.state = 'draining';
      let cancel: () => void = () => {};
      const late = new Promise<void>((resolve) => {
        cancel = clock.after(deadlineMs, resolve);
      });
      await Promise.race([upstream.idle(), late]);
      cancel();
      forget(upstream);
      await upstream.close();
    },
    lost(name) {
      const upstream = find(name);
      if (upstream === undefined) return;
      upstream.state = 'gone';
      forget(upstream);
      // Answers it had written before it ended may still lie in the sockets: those close by themselves after them.
      clock.after(250, () => void upstream.close());
    },
    targets: () =>
      rotation.all.map(({ name, state, inFlight, taken }) => ({ name, state, inFlight: inFlight.size, taken })),
    traffic() {
      traffic.waiting = waiting.size;
      return traffic.count();
    },
    close: (deadlineMs = 10_000) => (closed ??= close(deadlineMs)),
    [Symbol.asyncDispose]: () => balancer.close(0),
  };
  return balancer;
}
