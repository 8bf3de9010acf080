/** Orders are stored, and one replica forwards them to a backend, while replicas are killed. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runGantry, type RunningGantry } from './gantry.ts';
import { artifacts, writeProject } from './shop.ts';

const synapse = 'xmlns="http://ws.apache.org/ns/synapse"';

export interface DeliveryOptions {
  /** Parameters of both stores; "waiting" and "failed" are their tables. */
  readonly store: Readonly<Record<string, string>>;
  readonly processor?: Readonly<Record<string, string>>;
  readonly tables?: readonly [waiting: string, failed: string];
}

const parameters = (all: Readonly<Record<string, string>>): string =>
  Object.entries(all)
    .map(([name, value]) => `<parameter name="${name}">${value.replaceAll('&', '&amp;')}</parameter>`)
    .join('');

const JDBC = 'org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore';
const FORWARDING = 'org.apache.synapse.message.processor.impl.forwarder.ScheduledMessageForwardingProcessor';

/** POST /orders stores and answers 202; the processor Deliver forwards. */
export function deliveryProject({ store, processor = {}, tables = ['waiting', 'failed'] }: DeliveryOptions): string {
  const storeXml = (name: string, table: string): string =>
    `<messageStore name="${name}" class="${JDBC}" ${synapse}>${parameters({ ...store, 'store.jdbc.table': table })}</messageStore>`;
  return writeProject({
    [`${artifacts}/apis/Orders.xml`]:
      `<api name="Orders" context="/orders" ${synapse}><resource methods="POST"><inSequence><store messageStore="Waiting"/>` +
      '<property name="HTTP_SC" value="202" scope="axis2"/><respond/></inSequence></resource></api>',
    [`${artifacts}/message-stores/Waiting.xml`]: storeXml('Waiting', tables[0]),
    [`${artifacts}/message-stores/Failed.xml`]: storeXml('Failed', tables[1]),
    [`${artifacts}/endpoints/Backend.xml`]:
      `<endpoint name="Backend" ${synapse}><address uri="$SYSTEM:delivery_backend"><suspendOnFailure><initialDuration>0</initialDuration>` +
      '<maximumDuration>0</maximumDuration></suspendOnFailure></address></endpoint>',
    [`${artifacts}/message-processors/Deliver.xml`]:
      `<messageProcessor name="Deliver" class="${FORWARDING}" messageStore="Waiting" targetEndpoint="Backend" ${synapse}>` +
      `${parameters({ interval: '50', throttle: 'false', 'client.retry.interval': '100', ...processor })}</messageProcessor>`,
  });
}

export interface Arrival {
  readonly order: number;
  /** Idempotency-Key. */
  readonly key: string;
}

export interface Backend extends AsyncDisposable {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  /** Resolves when every one of these orders has arrived. */
  hasAll(orders: Iterable<number>): Promise<void>;
  /** Resolves when so many have arrived. */
  has(count: number): Promise<void>;
}

const limitMs = 60_000;

/** Answers as `status` says; what it answered with less than 400 has arrived. */
export async function startBackend(status: (order: number) => number = () => 200, port = 0): Promise<Backend> {
  const arrivals: Arrival[] = [];
  const looks = new Set<() => void>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { order } = JSON.parse(body) as { order: number };
      response.statusCode = status(order);
      if (response.statusCode < 400) arrivals.push({ order, key: String(request.headers['idempotency-key']) });
      response.end();
      for (const look of looks) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const until = (isTrue: () => boolean, otherwise: () => string): Promise<void> =>
    new Promise((resolve, reject) => {
      const tooLate = setTimeout(() => {
        looks.delete(look);
        reject(new Error(otherwise()));
      }, limitMs);
      const look = (): void => {
        if (!isTrue()) return;
        looks.delete(look);
        clearTimeout(tooLate);
        resolve();
      };
      looks.add(look);
      look();
    });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrivals,
    hasAll(orders) {
      const missing = new Set(orders);
      let seen = 0;
      return until(
        () => {
          for (; seen < arrivals.length; seen++) missing.delete(arrivals[seen]!.order);
          return missing.size === 0;
        },
        () => `${missing.size} orders did not arrive: ${[...missing].slice(0, 10).join(', ')}`,
      );
    },
    has: (count) =>
      until(
        () => arrivals.length >= count,
        () => `${arrivals.length} of ${count} orders have arrived`,
      ),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function runDelivery(project: string, backend: Pick<Backend, 'url'>): Promise<RunningGantry> {
  return runGantry([project], {
    args: ['--replicas', '2', '--nodes', '2'],
    env: { delivery_backend: backend.url },
  });
}

/** Orders that were accepted: answered with 202. A kill may break requests on their way; those do not count. */
export async function sendOrders(http: string, from: number, count: number, sideBySide = 8): Promise<number[]> {
  const accepted: number[] = [];
  let next = from;
  const send = async (): Promise<void> => {
    while (next < from + count) {
      const order = next++;
      const answer = await fetch(`${http}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ order }),
      }).catch(() => undefined);
      await answer?.arrayBuffer().catch(() => {});
      if (answer?.status === 202) accepted.push(order);
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, send));
  return accepted;
}

export interface KillRound {
  readonly accepted: number;
  readonly arrived: number;
  /** Arrivals beyond the first of an accepted order. */
  readonly duplicates: number;
  readonly kills: number;
  /** Orders that arrived under more than one key. */
  readonly keysThatChanged: number;
}

/** Orders flow while the replica that forwards is killed again and again. Rejects when an accepted order is lost. */
export async function killRounds(running: RunningGantry, backend: Backend, kills: number): Promise<KillRound> {
  const accepted: number[] = [];
  const order = { flows: true };
  const flowing = (async () => {
    for (let from = 1; order.flows; from += 50) accepted.push(...(await sendOrders(running.http, from, 50)));
  })();
  try {
    for (let kill = 0; kill < kills; kill++) {
      // In the midst of forwarding, by whoever took over from the one killed before.
      await backend.has(backend.arrivals.length + 20);
      const { artifacts: all } = await running.statusWhen(({ artifacts: each }) => each.some((one) => one.holder));
      const holder = all.find(({ name }) => name === 'Deliver')!.holder!;
      const starts = (): number => running.events.filter((e) => e.type === 'pod-ready' && e.pod === holder).length;
      const before = starts();
      await running.command('crash', holder);
      await running.until(() => starts() > before);
    }
  } finally {
    order.flows = false;
    await flowing;
  }
  await backend.hasAll(accepted);
  const keys = Map.groupBy(backend.arrivals, ({ order }) => order);
  const wanted = new Set(accepted);
  const ofAccepted = backend.arrivals.filter(({ order }) => wanted.has(order));
  return {
    accepted: accepted.length,
    arrived: new Set(ofAccepted.map(({ order }) => order)).size,
    duplicates: ofAccepted.length - accepted.length,
    kills,
    keysThatChanged: [...keys.values()].filter((all) => new Set(all.map(({ key }) => key)).size > 1).length,
  };
}
