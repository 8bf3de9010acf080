/**
 * A deployment to be used while things are done to it: an API in front of the witness, three tasks that run each second,
 * an Ingress and a NodePort as its doors.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Api, type ApiObject } from './api.ts';
import { buildProduct, holders, isReady, loadIntoNodes, objectsIn, podsOf, visit } from './deployed.ts';
import type { Door } from './load.ts';
import { openWitness, type Witness } from './witness.ts';

const name = 'tide';
const paths = ['till', 'slow', 'large', 'run'] as const;
export const tasks = ['TickA', 'TickB', 'TickC'] as const;

/** A lost node's pods are back within this. */
export const lostNodeMs = 160_000;

const synapse = 'xmlns="http://ws.apache.org/ns/synapse"';

function projectFiles(): Readonly<Record<string, string>> {
  const call = (to: string): string => `<call><endpoint><address uri="$SYSTEM:tide_${to}"/></endpoint></call>`;
  const resources = paths.map(
    (path) =>
      `<resource methods="GET POST" uri-template="/${path}"><inSequence>${call(path)}<respond/></inSequence></resource>`,
  );
  return {
    'apis/Tide.xml': `<api name="Tide" context="/tide" ${synapse}>${resources.join('')}</api>`,
    'sequences/Tick.xml': `<sequence name="Tick" ${synapse}>${call('run')}</sequence>`,
    ...Object.fromEntries(tasks.map((task) => [`tasks/${task}.xml`, taskXml(task)])),
  };
}

function taskXml(task: string): string {
  return `<task name="${task}" class="org.apache.synapse.startup.tasks.MessageInjector" ${synapse}>
    <trigger interval="1"/>
    <property name="injectTo" value="sequence"/>
    <property name="sequenceName" value="Tick"/>
    <property name="message" value="{}"/>
</task>
`;
}

export interface Tide extends AsyncDisposable {
  readonly api: Api;
  readonly witness: Witness;
  deploy(purpose: string, ...options: readonly string[]): Promise<Served>;
}

export interface Served extends AsyncDisposable {
  readonly namespace: string;
  readonly ingress: Door;
  readonly nodePort: Door;
  pods(): Promise<readonly ApiObject[]>;
  /** Boot id by artifact, once each has one. */
  allHeld(): Promise<Readonly<Record<string, string>>>;
  /** Resolves when nothing is held by that process any more, and everything is held. */
  heldWithout(boot: string): Promise<void>;
  /** Resolves when so many pods, and none that leaves, are ready, and both doors lead to them. */
  ready(count: number): Promise<readonly ApiObject[]>;
  /** Another value in every pod's template, as a change of a setting makes it; resolves when only new pods are left. */
  roll(): Promise<number>;
  /** Its pods go to that node as long as they can. */
  prefer(node: string): Promise<void>;
  remove(pod: ApiObject, graceSeconds?: number): Promise<void>;
}

/** The image of the product as it is now, in every node; and what it sends to. */
export async function openTide(): Promise<Tide> {
  const [api, product] = await Promise.all([Api.open(), buildProduct()]);
  const folder = mkdtempSync(join(tmpdir(), 'gantry-tide-'));
  const project = join(folder, name);
  for (const [path, text] of Object.entries(projectFiles())) {
    const file = join(project, 'src/main/wso2mi/artifacts', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const tag = `gantry-test/tide:${randomBytes(4).toString('hex')}`;
  const archive = product.file('gantry-test-tide.tar');
  await product.gantry('image', project, '--tag', tag, '--output', archive);
  await loadIntoNodes(archive);
  // Last, because it would keep the process if anything before failed.
  const witness = await openWitness(api.host);
  return {
    api,
    witness,
    async deploy(purpose, ...options) {
      const space = await api.namespace(`downtime-${purpose}`);
      const host = `${space.name}.test`;
      // Each deployment has addresses of its own, so that the witness can tell whose runs it sees.
      const settings = paths.map((path) => `tide_${path}=${witness.url}/${path}/${space.name}\n`).join('');
      const envFile = product.file(`${space.name}.env`, settings);
      const to = ['--name', name, '--namespace', space.name, '--image', tag, '--env-file', envFile];
      const way = ['--ingress-class', 'test', '--host', host];
      const objects = objectsIn(await product.gantry('manifests', project, ...to, ...way, ...options));
      try {
        for (const object of objects) await api.apply(object);
        return await served(api, space, host);
      } catch (error) {
        await space[Symbol.asyncDispose]();
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      await witness[Symbol.asyncDispose]();
      product[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function served(api: Api, space: Awaited<ReturnType<Api['namespace']>>, host: string): Promise<Served> {
  const { name: namespace } = space;
  const core = `/api/v1/namespaces/${namespace}`;
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const { spec } = await api.get(`${core}/services/${name}`);
  const port: ApiObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `${name}-port`, namespace },
    spec: { type: 'NodePort', selector: spec.selector, ports: [{ port: 80, targetPort: 'http' }] },
  };
  const { body } = await api.apply(port);
  const [node] = (await api.get('/api/v1/nodes')).items as readonly any[];
  const { address } = node.status.addresses.find(({ type }: { type: string }) => type === 'InternalIP');
  const pods = (): Promise<readonly ApiObject[]> => podsOf(api, namespace);
  const held = (): Promise<Readonly<Record<string, string>>> => holders(api, namespace, name);
  const self: Served = {
    namespace,
    ingress: { name: 'Ingress', url: process.env['CLUSTER_INGRESS'] ?? `http://${api.host}`, host },
    nodePort: { name: 'NodePort', url: `http://${address}:${body.spec.ports[0].nodePort}` },
    pods,
    allHeld: () =>
      api.until(
        'everything has a holder',
        held,
        (now) => Object.keys(now).length === tasks.length && Object.values(now).every((boot) => boot !== ''),
      ),
    async heldWithout(boot) {
      await api.until(
        `others hold what ${boot} held`,
        held,
        (now) => Object.values(now).every((holder) => holder !== '' && holder !== boot),
        10,
        lostNodeMs,
      );
    },
    async ready(count) {
      const all = await api.until(
        `${count} pods, all of them ready`,
        pods,
        (now) => now.length === count && now.filter(isReady).length === count,
      );
      for (const { name: door, url, host: to = host } of [self.ingress, self.nodePort])
        await api.until(
          `${door} leads to them`,
          () => visit(url, to, '/tide/run').catch(({ message }: Error) => ({ status: 0, text: message })),
          ({ status }) => status === 200,
        );
      return all;
    },
    async roll() {
      const began = performance.now();
      const annotations = { 'gantry.dev/environment': randomBytes(8).toString('hex') };
      const patch = { spec: { template: { metadata: { annotations } } } };
      await api.ask('PATCH', deployment, patch, 'application/merge-patch+json');
      await api.until(
        'the update is through',
        () => api.get(deployment),
        ({ spec: { replicas }, metadata: { generation }, status: now }) =>
          now.observedGeneration === generation &&
          [now.updatedReplicas, now.replicas, now.availableReplicas].every((count) => count === replicas),
      );
      return performance.now() - began;
    },
    async prefer(node) {
      const matchExpressions = [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }];
      const preferred = [{ weight: 100, preference: { matchExpressions } }];
      const affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } };
      const patch = { spec: { template: { spec: { affinity } } } };
      const all = (await api.get(deployment.slice(0, deployment.lastIndexOf('/')))).items as readonly ApiObject[];
      for (const { metadata } of all)
        await api.ask(
          'PATCH',
          `/apis/apps/v1/namespaces/${namespace}/deployments/${metadata.name}`,
          patch,
          'application/merge-patch+json',
        );
      await api.until(`all pods are on ${node}`, pods, (now) =>
        now.every((pod) => pod['spec'].nodeName === node && isReady(pod)),
      );
    },
    async remove({ metadata }, graceSeconds) {
      const grace = graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds };
      await api.delete(`${core}/pods/${metadata.name}`, grace);
    },
    [Symbol.asyncDispose]: () => space[Symbol.asyncDispose](),
  };
  return self;
}
