/** An API server that is away while an operator looks after something that is used; CLUSTER_OUTAGE_SECONDS for how long. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { noLoader, visit } from './deployed.ts';
import { images, openOperated, type Operated } from './operated.ts';

const run = promisify(execFile);
const outageMs = Number(process.env['CLUSTER_OUTAGE_SECONDS'] ?? 10) * 1_000;

let it: Operated;
before(async () => {
  if (noLoader === false) it = await openOperated('outage');
});
after(() => it?.[Symbol.asyncDispose]());

test(
  'an outage of the API server changes nothing, and what was missed is made up for',
  { skip: noLoader },
  async (t) => {
    const host = `${it.namespace}.test`;
    const spec = {
      artifact: { image: images.first },
      env: ['orders_backend', 'orders_backend_standby'].map((name) => ({ name, value: 'http://127.0.0.1:9' })),
      expose: { type: 'Ingress', host, ingressClassName: 'test' },
    };
    const deployment = async (): Promise<any> =>
      (await it.objects('deployments')).find(({ metadata }) => metadata.name === 'orders');
    await it.api.apply(it.integration('orders', spec));
    await it.until('orders', 'Ready', 'Serving');
    const before_ = await deployment();
    const operators = await it.operators();
    const ingress = process.env['CLUSTER_INGRESS'] ?? `http://${it.api.host}`;
    const answers: number[] = [];

    await run(process.env['CLUSTER_COMMAND']!, ['stop-api']);
    try {
      const until = performance.now() + outageMs;
      while (performance.now() < until) {
        answers.push((await visit(ingress, host, '/nothing')).status);
        await new Promise((later) => setTimeout(later, 100));
      }
    } finally {
      await run(process.env['CLUSTER_COMMAND']!, ['start-api']);
    }
    const back = performance.now();
    assert.deepEqual(
      answers.filter((status) => status !== 404),
      [],
    );
    await it.api.until(
      'the API server takes a change',
      () =>
        it.api.apply(it.integration('orders', { ...spec, replicas: 3 })).then(
          () => true,
          () => false,
        ),
      (taken) => taken,
    );
    const taken = performance.now();
    await it.api.until('it is carried out', deployment, (one) => one['spec'].replicas === 3, 20);
    t.diagnostic(
      `${outageMs / 1000} s without an API server: ${answers.length} requests answered, none failed; a change was taken ${Math.round(taken - back)} ms after it was back, and carried out ${Math.round(performance.now() - taken)} ms later`,
    );
    await it.until('orders', 'Ready', 'Serving');
    const now = await deployment();
    assert.equal(now.metadata.uid, before_.metadata.uid);
    const restarts = (await it.operators()).map((pod) => pod['status'].containerStatuses[0].restartCount);
    assert.deepEqual(
      restarts,
      operators.map(() => 0),
    );
  },
);
