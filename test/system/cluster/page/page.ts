/**
 * What the sections of the page share: the depot's image on the nodes, a backend, a deployment made as a user makes it,
 * faults, and what is to be seen of it from outside. Runs in a namespace with Pod Security "restricted" and with the
 * rights that the manifests give, no others.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Api, type ApiObject } from '../api.ts';
import {
  buildProduct,
  holders,
  isReady,
  loadIntoNodes,
  objectsIn,
  podOf,
  podsOf,
  processOf,
  startBackend,
  visit,
  type Backend,
  type Product,
} from '../deployed.ts';
import { startLoad, type Load } from '../load.ts';

const run = promisify(execFile);
/** A lost node's pods are back within this; Kubernetes by itself takes some 353 s. */
const lostNodeMs = 120_000;
const depot = join(import.meta.dirname, 'depot');

export interface Page extends AsyncDisposable {
  readonly api: Api;
  readonly backend: Backend;
  /** An image of these paths below the depot's artifacts, or of all of it; another `version` is another image. */
  image(version: number, ...paths: readonly string[]): Promise<Image>;
  deploy(image: Image, ...options: readonly string[]): Promise<Deployed>;
}

export interface Image {
  readonly tag: string;
  readonly paths: readonly string[];
}

export interface Deployed extends AsyncDisposable {
  readonly namespace: string;
  readonly host: string;
  /** As `gantry manifests` printed them, applied one after another. */
  apply(image: Image, ...options: readonly string[]): Promise<void>;
  pods(): Promise<readonly ApiObject[]>;
  /** Resolves to the pods when there are so many, all of them ready and of this image. */
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
  load(perSecond: number): Load;
  remove(pod: string, options?: object): Promise<void>;
  scale(replicas: number): Promise<void>;
}

export async function openPage(section: string): Promise<Page> {
  const [api, product] = await Promise.all([Api.open(), buildProduct()]);
  const ingress = process.env['CLUSTER_INGRESS'] ?? `http://${api.host}`;
  const backend = await startBackend(api.host);
  product.file('settings.env', `depot_backend=${backend.url}\n`);
  return {
    api,
    backend,
    image: (version, ...paths) => makeImage(product, section, version, paths),
    deploy: (image, ...options) => deploy(api, product, ingress, image, options),
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]();
      product[Symbol.dispose]();
    },
  };
}

/** The tag says the section, not the run: images do not pile up on the nodes. */
async function makeImage(product: Product, section: string, version: number, below: readonly string[]): Promise<Image> {
  const name = `depot-${section}-${version}`;
  const copy = product.file(name);
  cpSync(depot, copy, { recursive: true });
  const artifacts = join(copy, 'src/main/wso2mi/artifacts');
  const api = join(artifacts, 'apis/Parcels.xml');
  writeFileSync(api, readFileSync(api, 'utf8').replace('"version": 1', `"version": ${version}`));
  const paths = below.length === 0 ? [copy] : below.map((path) => join(artifacts, path));
  const image = { tag: `gantry-test/${name}:page`, paths };
  const archive = product.file(`gantry-test-${name}.tar`);
  await product.gantry(
    'image',
    ...paths,
    '--env-file',
    product.file('settings.env'),
    '--tag',
    image.tag,
    '-o',
    archive,
  );
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
    async apply(image, ...more) {
      const setting = ['--name', name, '--namespace', namespace, '--image', image.tag, '--host', host];
      const shape = ['--ingress-class', process.env['CLUSTER_INGRESS_CLASS'] ?? 'test', ...options, ...more];
      const settings = ['--env-file', product.file('settings.env')];
      const yaml = await product.gantry('manifests', ...image.paths, ...setting, ...shape, ...settings);
      for (const object of objectsIn(yaml)) await api.apply(object);
    },
    ready: (count, image) =>
      api.until(`${count} pods are ready`, pods, (all) => {
        const leaving = all.filter(({ metadata }) => metadata['deletionTimestamp' as never] !== undefined);
        const right = all.filter((pod) => isReady(pod) && (image === undefined || imageOf(pod) === image.tag));
        return right.length === count && all.length - leaving.length === count;
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
    load: (perSecond) => startLoad({ address: ingress, host, path: '/parcels', perSecond }),
    remove: (pod, how = {}) => api.delete(`/api/v1/namespaces/${namespace}/pods/${pod}`, how),
    async scale(replicas) {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
      await api.ask('PATCH', path, { spec: { replicas } }, 'application/merge-patch+json');
    },
    [Symbol.asyncDispose]: () => space[Symbol.asyncDispose](),
  };
  try {
    await deployed.apply(first);
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

/** The pod of that boot id, or of that name. */
export async function podNamed(deployed: Deployed, bootOrName: string): Promise<ApiObject> {
  const pods = await deployed.pods();
  const found = pods.find(({ metadata: { name } }) => name === bootOrName || name === podOf(bootOrName));
  if (found === undefined) throw new Error(`there is no pod ${bootOrName}`);
  return found;
}

/** Kills a pod's program as a crash would; false where its process is not one of this machine's. */
export function kill(pod: ApiObject): boolean {
  const pid = processOf(pod.metadata.uid!);
  if (pid === undefined) return false;
  process.kill(pid, 'SIGKILL');
  return true;
}

/** Why faults of nodes are skipped; false: they can be made. */
export const noNodeFaults: string | false =
  process.env['CLUSTER_COMMAND'] === undefined &&
  'nodes cannot be crashed here: name a command that takes "crash-node N" and "start-node N" in CLUSTER_COMMAND';

/** The node is without power until this is disposed of; resolves when it is down. */
export async function crashNode(api: Api, name: string): Promise<AsyncDisposable> {
  const number = /\d+$/.exec(name)![0];
  await run(process.env['CLUSTER_COMMAND']!, ['crash-node', number]);
  return {
    async [Symbol.asyncDispose]() {
      await run(process.env['CLUSTER_COMMAND']!, ['start-node', number]);
      await api.until(`${name} is Ready`, () => api.get(`/api/v1/nodes/${name}`), isReady);
    },
  };
}

/** Scheduled runs that reached the backend, and how many of them came a second time. */
export function runs({ requests }: Backend): { readonly count: number; readonly twice: number } {
  const keys = requests.map(({ headers }) => headers['idempotency-key']).filter((key) => key !== undefined);
  return { count: keys.length, twice: keys.length - new Set(keys).size };
}
