/**
 * What the sections of the page share: the depot's image on the nodes, a backend, a deployment made as a user makes it, and
 * what is to be seen of it from outside. Runs in a namespace with Pod Security "restricted" and with the
 * rights that the manifests give, no others.
 */
import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api, type ApiObject } from '../api.ts';
import { buildProduct, holders, isReady, loadIntoNodes, podsOf, visit, type Product } from '../deployed.ts';
import { startLoad, type Load } from '../load.ts';
import { openWitness, type Witness } from '../witness.ts';

/** A lost node's pods are back within this; Kubernetes by itself takes some 353 s. */
const lostNodeMs = 120_000;
const depot = join(import.meta.dirname, 'depot');
const stateful = ['tasks', 'message-processors', 'inbound-endpoints'];

export interface Page extends AsyncDisposable {
  readonly api: Api;
  /** What the depot calls; it sees every scheduled run. */
  readonly witness: Witness;
  /** An image of the depot, of which what is stateful may be left out; another `version` is another image. */
  image(version: number, contents?: 'all' | 'stateless'): Promise<Image>;
  deploy(image: Image, ...options: readonly string[]): Promise<Deployed>;
}

export interface Image {
  readonly tag: string;
  /** The project it was made of. */
  readonly project: string;
}

export interface Deployed extends AsyncDisposable {
  readonly namespace: string;
  readonly host: string;
  /** `gantry deploy`: resolves when it serves, and nothing of an older version is left. */
  bring(image: Image): Promise<void>;
  pods(): Promise<readonly ApiObject[]>;
  /** Resolves to the pods when there are so many, all of them ready and of this image, and none is leaving. */
  ready(count: number, image?: Image): Promise<readonly ApiObject[]>;
  /** Who holds what: boot ids by artifact. */
  held(): Promise<Readonly<Record<string, string>>>;
  /** The same, once everything has a holder. */
  allHeld(): Promise<Readonly<Record<string, string>>>;
  /** Resolves when another boot than this one holds it. */
  takenFrom(boot: string, artifact: string): Promise<void>;
  /** A GET through the Ingress. */
  visit(): Promise<number>;
  /** Asks every 20 ms; resolves to the milliseconds until the first 200. */
  serving(): Promise<number>;
  /** Asks every 20 ms; resolves to the milliseconds until the first 200 that follows a failure. */
  servingAgain(): Promise<number>;
  load(
    perSecond: number,
  ): Load & { /** Resolves when that many more have ended. */ more(count: number): Promise<void> };
  remove(pod: string, options?: object): Promise<void>;
  scale(replicas: number): Promise<void>;
}

export async function openPage(section: string): Promise<Page> {
  const [api, product] = await Promise.all([Api.open(), buildProduct()]);
  const ingress = process.env['CLUSTER_INGRESS'] ?? `http://${api.host}`;
  const witness = await openWitness(api.host);
  product.file('settings.env', `depot_backend=${witness.url}\n`);
  return {
    api,
    witness,
    image: (version, contents = 'all') => makeImage(product, section, version, contents),
    deploy: (image, ...options) => deploy(api, product, ingress, image, options),
    async [Symbol.asyncDispose]() {
      await witness[Symbol.asyncDispose]();
      product[Symbol.dispose]();
    },
  };
}

/** The tag says the section, not the run: images do not pile up on the nodes. */
async function makeImage(
  product: Product,
  section: string,
  version: number,
  contents: 'all' | 'stateless',
): Promise<Image> {
  const name = `depot-${section}-${version}`;
  const copy = product.file(name);
  cpSync(depot, copy, { recursive: true });
  const artifacts = join(copy, 'src/main/wso2mi/artifacts');
  const api = join(artifacts, 'apis/Parcels.xml');
  writeFileSync(api, readFileSync(api, 'utf8').replace('value="1"', `value="${version}"`));
  if (contents === 'stateless') for (const kind of stateful) rmSync(join(artifacts, kind), { recursive: true });
  const image = { tag: `gantry-test/${name}:page`, project: copy };
  const archive = product.file(`gantry-test-${name}.tar`);
  await product.gantry('image', copy, '--env-file', product.file('settings.env'), '--tag', image.tag, '-o', archive);
  await loadIntoNodes(archive);
  return image;
}

async function deploy(
  api: Api,
  product: Product,
  ingress: string,
  first: Image,
  options: readonly string[],
): Promise<Deployed> {
  const space = await api.namespace('page');
  const { name: namespace } = space;
  const host = `${randomBytes(4).toString('hex')}.test`;
  const name = 'depot';

  const pods = (): Promise<readonly ApiObject[]> => podsOf(api, namespace);
  const held = (): Promise<Readonly<Record<string, string>>> => holders(api, namespace, name);
  const visitOnce = async (): Promise<number> => {
    const answer = await visit(ingress, host, '/parcels').catch(() => undefined);
    return answer?.status ?? 0;
  };
  const deployed: Deployed = {
    namespace,
    host,
    pods,
    held,
    async bring(image) {
      const setting = ['--name', name, '--namespace', namespace, '--image', image.tag, '--host', host];
      const ingressClass = process.env['CLUSTER_INGRESS_CLASS'] ?? 'test';
      const settings = ['--env-file', product.file('settings.env'), '--ingress-class', ingressClass];
      await product.gantry('deploy', image.project, ...setting, ...settings, ...options);
    },
    ready: (count, image) =>
      api.until(`${count} pods are ready`, pods, (all) => {
        const right = all.filter((pod) => isReady(pod) && (image === undefined || imageOf(pod) === image.tag));
        return right.length === count && all.length === count;
      }),
    allHeld: () =>
      api.until('everything has a holder', held, (all) => {
        const boots = Object.values(all);
        return boots.length > 0 && boots.every((boot) => boot !== '');
      }),
    async takenFrom(boot, artifact) {
      await api.until(
        `${artifact} has another holder than ${boot}`,
        held,
        (all) => ![boot, '', undefined].includes(all[artifact]),
        10,
        lostNodeMs,
      );
    },
    visit: visitOnce,
    async serving() {
      const began = performance.now();
      await api.until('the Ingress answers 200', visitOnce, (status) => status === 200, 20, lostNodeMs);
      return performance.now() - began;
    },
    async servingAgain() {
      const began = performance.now();
      await api.until('the Ingress answers 200 no more', visitOnce, (status) => status !== 200, 20);
      await deployed.serving();
      return performance.now() - began;
    },
    load(perSecond) {
      const load = startLoad({ doors: [{ name: 'Ingress', url: ingress, host }], perSecond, path: '/parcels' });
      const more = async (count: number): Promise<void> => {
        const wanted = load.sent.length + count;
        await api.until(
          `${count} more requests`,
          async () => load.sent.length,
          (ended) => ended >= wanted,
          20,
        );
      };
      return Object.assign(load, { more });
    },
    remove: (pod, how = {}) => api.delete(`/api/v1/namespaces/${namespace}/pods/${pod}`, how),
    async scale(replicas) {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
      await api.ask('PATCH', path, { spec: { replicas } }, 'application/merge-patch+json');
    },
    [Symbol.asyncDispose]: () => space[Symbol.asyncDispose](),
  };
  try {
    await deployed.bring(first);
  } catch (error) {
    await deployed[Symbol.asyncDispose]();
    throw error;
  }
  return deployed;
}

function imageOf(pod: ApiObject): string {
  return pod['spec'].containers[0].image;
}

export function nodeOf(pod: ApiObject): string {
  return pod['spec'].nodeName;
}

/** Names of the worker nodes that take pods. */
export async function workerNodes(api: Api): Promise<readonly string[]> {
  const { items } = await api.get('/api/v1/nodes');
  const taking = items.filter((node: ApiObject) => isReady(node) && node['spec'].unschedulable !== true);
  return taking.map(({ metadata }: ApiObject) => metadata.name);
}

/** For a test that would wait for another node in vain. */
export const oneNode = 'there is one worker node, and none that could take over';
