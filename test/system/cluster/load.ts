/**
 * A load that does not wait for answers: so many requests each second, whatever happens to those before. Every second
 * one has a connection of its own, the others share kept ones; every other one of each kind is a POST. Nothing is sent
 * again: what fails is lost.
 */
import { Agent, request } from 'node:http';

export interface Door {
  /** For people: "Ingress", "NodePort". */
  readonly name: string;
  readonly url: string;
  /** Host header, where requests are led by it. */
  readonly host?: string;
}

export interface Sent {
  readonly id: string;
  readonly door: string;
  readonly method: 'GET' | 'POST';
  readonly connection: 'kept' | 'new';
  /** By performance.now(). */
  readonly at: number;
  readonly tookMs: number;
  /** 0: no whole answer came. */
  readonly status: number;
  /** Who answered, where the integration says so in a header X-Pod. */
  readonly pod: string | undefined;
  /** A kept connection was closed before a byte of the answer came: HTTP lets clients send such a request again. */
  readonly closedBetween: boolean;
  /** What went wrong; undefined: the right answer came. */
  readonly wrong: string | undefined;
}

export interface LoadOptions {
  readonly doors: readonly Door[];
  readonly perSecond: number;
  readonly path: string;
  /** Milliseconds after which an answer is not awaited any more. */
  readonly patienceMs?: number;
}

/** Disposed of, it has stopped: what it began must not outlive a test that failed. */
export interface Load extends AsyncDisposable {
  /** Those that were answered, or not, so far. */
  readonly sent: readonly Sent[];
  readonly inFlight: number;
  /** Sends no more; resolves when the last one is answered or given up. */
  stop(): Promise<readonly Sent[]>;
}

export function startLoad({ doors, perSecond, path, patienceMs = 20_000 }: LoadOptions): Load {
  const agents = doors.map(() => new Agent({ keepAlive: true, maxFreeSockets: 64 }));
  const sent: Sent[] = [];
  const inFlight = new Set<Promise<unknown>>();
  const began = performance.now();
  let count = 0;
  const sendDue = (): void => {
    for (const due = ((performance.now() - began) * perSecond) / 1_000; count < due; count++) {
      // Every door gets every kind in turn.
      const kind = Math.floor(count / doors.length);
      const sending = send(
        doors[count % doors.length]!,
        path,
        kind % 2 === 0 ? agents[count % doors.length] : undefined,
        kind % 4 < 2 ? 'GET' : 'POST',
        patienceMs,
      ).then((one) => sent.push(one));
      inFlight.add(sending);
      void sending.then(() => inFlight.delete(sending));
    }
  };
  const timer = setInterval(sendDue, 3);
  const load: Load = {
    sent,
    get inFlight() {
      return inFlight.size;
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(inFlight);
      for (const agent of agents) agent.destroy();
      return sent;
    },
    async [Symbol.asyncDispose]() {
      await load.stop();
    },
  };
  return load;
}

let ids = 0;

function send(
  door: Door,
  path: string,
  agent: Agent | undefined,
  method: Sent['method'],
  patienceMs: number,
): Promise<Sent> {
  const id = `${process.pid}-${++ids}`;
  const body = method === 'POST' ? `{"order":"${id}"}` : '';
  const at = performance.now();
  return new Promise((done) => {
    const outgoing = request(`${door.url}${path}`, {
      method,
      agent: agent ?? false,
      headers: {
        'x-order': id,
        ...(door.host !== undefined && { host: door.host }),
        ...(body !== '' && { 'content-type': 'application/json', 'content-length': body.length }),
      },
    });
    const end = (status: number, wrong: string | undefined, pod?: string, closedBetween = false): void => {
      clearTimeout(patience);
      const connection = agent === undefined ? 'new' : 'kept';
      const tookMs = performance.now() - at;
      done({ id, door: door.name, method, connection, at, tookMs, status, pod, closedBetween, wrong });
    };
    const patience = setTimeout(() => outgoing.destroy(new Error(`no answer in ${patienceMs} ms`)), patienceMs);
    outgoing.once('error', (error: NodeJS.ErrnoException) =>
      end(0, error.message, undefined, outgoing.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '')),
    );
    outgoing.once('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.once('error', (error) => end(0, `broke off: ${error.message}`));
      answer.once('end', () => {
        const status = answer.statusCode ?? 0;
        const wrong = status === 200 && text.includes(id) ? undefined : `${status} ${text.slice(0, 60)}`;
        end(status, wrong, answer.headers['x-pod']?.toString());
      });
    });
    outgoing.end(body);
  });
}

export function lost(sent: readonly Sent[]): readonly Sent[] {
  return sent.filter(({ wrong }) => wrong !== undefined);
}

/** "0 of 8,100 lost", and what was lost, by kind. */
export function lostOf(sent: readonly Sent[]): string {
  const all = lost(sent);
  const kinds = Map.groupBy(all, ({ door, method, connection, wrong }) => `${door} ${method} ${connection}: ${wrong}`);
  const listed = [...kinds].map(([kind, some]) => `${some.length} x ${kind}`);
  return `${all.length} of ${sent.length.toLocaleString('en')} lost${listed.length > 0 ? `: ${listed.join('; ')}` : ''}`;
}

/** Milliseconds from then until the last request was sent that was lost; 0 when none was. */
export function errorWindow(sent: readonly Sent[], from: number): number {
  return Math.max(0, ...lost(sent).map(({ at }) => Math.round(at - from)));
}

/** Milliseconds: median, 99 of 100, worst. */
export function latencies(sent: readonly Sent[]): string {
  const all = sent.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(all[Math.min(all.length - 1, Math.floor(share * all.length))] ?? 0);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms`;
}
