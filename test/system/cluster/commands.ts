/** What the tests of the commands that speak with a cluster share: the commands as people call them, and small projects. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundle } from '../../../tools/bundle.ts';
import { warm } from '../../../tools/warm.ts';
import { accessOf } from '../../../src/coordination/arbiters/kubernetes/open.ts';
import type { Api } from './api.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Commands extends Disposable {
  readonly folder: string;
  /** A command of the bundle, to its end. `--load` gets the cluster's own command where the line has LOAD. */
  gantry(line: string, env?: Readonly<Record<string, string>>): Promise<Said>;
  /** A project with one API /NAME that answers {"version": "..."}, and with a task if it is asked for. */
  project(name: string, version: string, more?: Readonly<Record<string, string>>): string;
  /** A kubeconfig for a service account of that namespace. */
  kubeconfigOf(api: Api, namespace: string, account: string): Promise<string>;
}

export async function buildCommands(): Promise<Commands> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-commands-'));
  // A bundle that was built a moment ago may be named, to spare its making.
  const built = process.env['GANTRY_BUNDLE'];
  const program = built ?? (await buildBundle(join(folder, 'product')));
  if (built === undefined) await warm(program);
  return {
    folder,
    gantry(line, env = {}) {
      const load = `${process.env['CLUSTER_COMMAND']} load`;
      const args = line.split(' ').map((word) => (word === 'LOAD' ? load : word));
      return new Promise((resolve) => {
        execFile(
          process.execPath,
          [program, ...args],
          { cwd: folder, env: { ...process.env, ...env }, maxBuffer: 2 ** 24, timeout: 240_000 },
          (error, out, err) => {
            const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
            resolve({ code, out, err });
          },
        );
      });
    },
    project(name, version, more = {}) {
      const at = join(folder, name);
      if (existsSync(at)) rmSync(at, { recursive: true });
      mkdirSync(at);
      const answer = `<payloadFactory media-type="json"><format>{"version": "${version}"}</format></payloadFactory><respond/>`;
      const files = { [`${name}.xml`]: apiOf(name, answer), ...more };
      for (const [file, text] of Object.entries(files)) writeFileSync(join(at, file), text);
      return name;
    },
    async kubeconfigOf(api, namespace, account) {
      await api.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } });
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
      const { body } = await api.ask('POST', path, { spec: { expirationSeconds: 3_600 } });
      const { server, tls } = await accessOf('kubernetes', process.env);
      const file = join(folder, `${account}.kubeconfig`);
      const ca = Buffer.from(tls.ca ?? '').toString('base64');
      const config = {
        'current-context': 'test',
        contexts: [{ name: 'test', context: { cluster: 'test', user: account, namespace } }],
        clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': ca } }],
        users: [{ name: account, user: { token: body.status.token } }],
      };
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
      return file;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function apiOf(name: string, steps: string): string {
  return `<api xmlns="http://ws.apache.org/ns/synapse" name="${name}" context="/${name}">
  <resource methods="GET" uri-template="/"><inSequence>${steps}</inSequence></resource>
</api>
`;
}

/** Runs each second, on one replica. */
export const ticker = `<task xmlns="http://ws.apache.org/ns/synapse" name="ticker" class="org.apache.synapse.startup.tasks.MessageInjector" group="synapse.simple.quartz">
  <trigger interval="1"/>
  <property name="injectTo" value="sequence"/>
  <property name="sequenceName" value="tick"/>
  <property name="message"><m/></property>
</task>
`;
export const tick = `<sequence xmlns="http://ws.apache.org/ns/synapse" name="tick"><log level="custom"><property name="tick" value="now"/></log><drop/></sequence>
`;
