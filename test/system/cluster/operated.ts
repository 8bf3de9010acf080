/** What the tests of the operator share: the operator installed from its own manifests, and images for it to run. */
import { randomBytes } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Condition, Integration } from '../../../src/deploy/kubernetes/operator/resource/integration.ts';
import { Api, type ApiObject } from './api.ts';
import { buildProduct, loadIntoNodes, objectsIn, type Product } from './deployed.ts';

const orders = resolve(import.meta.dirname, '../../../examples/orders');
/** Rollouts take their time on a busy machine. */
const limitMs = 240_000;
const run: string = randomBytes(3).toString('hex');

/** Images of this run; nobody else's names. */
export const images: Readonly<Record<'runtime' | 'first' | 'second', string>> = {
  runtime: `gantry-test/gantry:${run}`,
  first: `gantry-test/orders-operated:${run}-1`,
  /** The same with a changed artifact. */
  second: `gantry-test/orders-operated:${run}-2`,
};

export interface Operated extends AsyncDisposable {
  readonly api: Api;
  readonly product: Product;
  /** Of the operator, and of the Integrations. */
  readonly namespace: string;
  operators(): Promise<readonly ApiObject[]>;
  /** The one that acts. */
  leader(): Promise<ApiObject>;
  /** A sample of its metrics; 0 when it does not have it. */
  metric(pod: ApiObject, name: string): Promise<number>;
  integration(name: string, spec: object): ApiObject;
  get(name: string): Promise<Integration>;
  objects(plural: string): Promise<readonly ApiObject[]>;
  /** Resolves to the Integration when that condition has that reason. */
  until(name: string, type: string, reason: string): Promise<Integration>;
}

/** Into a namespace of its own, where it looks after nothing else, with exactly the rights of its manifests. */
export async function openOperated(
  purpose: string,
  needs: readonly (keyof typeof images)[] = ['runtime', 'first', 'second'],
): Promise<Operated> {
  const [api, product] = await Promise.all([Api.open(), buildProduct()]);
  let space: Awaited<ReturnType<Api['namespace']>> | undefined;
  try {
    await buildImages(product, needs);
    space = await api.namespace(purpose);
    return await install(api, product, space);
  } catch (error) {
    await space?.[Symbol.asyncDispose]();
    product[Symbol.dispose]();
    throw error;
  }
}

async function install(api: Api, product: Product, space: Awaited<ReturnType<Api['namespace']>>): Promise<Operated> {
  const { name: namespace } = space;
  const yaml = await product.gantry('manifests', '--operator', '--image', images.runtime, '--namespace', namespace);
  for (const object of objectsIn(yaml)) await api.apply(object);
  const in_ = (path: string): string => `/api/v1/namespaces/${namespace}/${path}`;
  const operators = async (): Promise<readonly ApiObject[]> =>
    (await api.get(`${in_('pods')}?labelSelector=app.kubernetes.io/name=gantry-operator`)).items.filter(
      (pod: ApiObject) =>
        pod['status']?.phase === 'Running' && pod.metadata['deletionTimestamp' as never] === undefined,
    );
  const metric = async ({ metadata }: ApiObject, name: string): Promise<number> => {
    const { status, body } = await api.ask('GET', `${in_('pods')}/${metadata.name}:9201/proxy/metrics`);
    const lines = status === 200 ? String(body).split('\n') : [];
    return lines
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  };
  const integrations = `/apis/gantry.dev/v1alpha1/namespaces/${namespace}/integrations`;
  const get = (name: string): Promise<Integration> => api.get(`${integrations}/${name}`);
  const operated: Operated = {
    api,
    product,
    namespace,
    operators,
    metric,
    async leader() {
      const find = async (): Promise<ApiObject | undefined> => {
        for (const pod of await operators()) if ((await metric(pod, 'gantry_operator_leader')) === 1) return pod;
        return undefined;
      };
      return (await api.until('an operator leads', find, (pod) => pod !== undefined))!;
    },
    integration: (name, spec) => ({
      apiVersion: 'gantry.dev/v1alpha1',
      kind: 'Integration',
      metadata: { name, namespace },
      spec,
    }),
    get,
    async objects(plural) {
      const group = groups[plural] ?? '/api/v1';
      return (await api.get(`${group}/namespaces/${namespace}/${plural}`)).items;
    },
    async until(name, type, reason) {
      const deadline = performance.now() + limitMs;
      for (;;) {
        const one = await get(name);
        const condition = conditionOf(one, type);
        if (condition?.reason === reason && condition.observedGeneration === one.metadata.generation) return one;
        if (performance.now() > deadline)
          throw new Error(`${type} of ${name} is not ${reason}: ${JSON.stringify(one.status?.conditions)}`);
        await new Promise((again) => setTimeout(again, 100));
      }
    },
    async [Symbol.asyncDispose]() {
      await space[Symbol.asyncDispose]();
      product[Symbol.dispose]();
    },
  };
  await operated.leader();
  return operated;
}

const groups: Readonly<Record<string, string>> = {
  deployments: '/apis/apps/v1',
  controllerrevisions: '/apis/apps/v1',
  roles: '/apis/rbac.authorization.k8s.io/v1',
  rolebindings: '/apis/rbac.authorization.k8s.io/v1',
  leases: '/apis/coordination.k8s.io/v1',
  ingresses: '/apis/networking.k8s.io/v1',
  networkpolicies: '/apis/networking.k8s.io/v1',
  poddisruptionbudgets: '/apis/policy/v1',
  events: '/apis/events.k8s.io/v1',
};

export function conditionOf({ status }: Integration, type: string): Condition | undefined {
  return status?.conditions?.find((one) => one.type === type);
}

/** A pod's program as a process of this machine, where the cluster's nodes run on it; undefined elsewhere. */
export function processNamed({ metadata: { name } }: ApiObject): number | undefined {
  for (const entry of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      const environment = readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0');
      if (environment.includes(`GANTRY_POD=${name}`)) return Number(entry);
    } catch {
      // It has ended, or is somebody else's.
    }
  }
  return undefined;
}

async function buildImages(product: Product, needs: readonly (keyof typeof images)[]): Promise<void> {
  const build = async (image: keyof typeof images, ...args: readonly string[]): Promise<void> => {
    if (!needs.includes(image)) return;
    const archive = product.file(`${image}.tar`);
    await product.gantry('image', ...args, '--tag', images[image], '--output', archive);
    await loadIntoNodes(archive);
  };
  const changed = product.file('orders');
  cpSync(orders, changed, { recursive: true });
  const api = join(changed, 'src/main/wso2mi/artifacts/apis/OrdersAPI.xml');
  writeFileSync(api, readFileSync(api, 'utf8').replace('</api>', '  <!-- changed -->\n</api>'));
  await build('runtime', '--runtime-only');
  await build('first', orders);
  await build('second', changed);
}
