/**
 * The cluster that KUBECONFIG names, for tests: a namespace of one's own, and in it a service account with exactly the
 * rules that Gantry prints. Everything is gone when the test ends.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessOf } from '../../../src/coordination/arbiters/kubernetes/open.ts';
import { policyRules } from '../../../src/coordination/arbiters/kubernetes/rbac.ts';

/** For `skip` of node:test. */
export const noCluster: string | false = process.env['KUBECONFIG']
  ? false
  : 'KUBECONFIG is not set: these tests need a Kubernetes cluster that may be used for tests';

export interface TestNamespace extends AsyncDisposable {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Writes a kubeconfig for the service account that reaches the API server at that port of this machine, or directly. */
  kubeconfig(port?: number): string;
  /** As the cluster's administrator. */
  ask<T>(method: string, path: string, body?: object): Promise<T>;
}

export async function openNamespace(deployments: readonly string[]): Promise<TestNamespace> {
  const admin = await accessOf('kubernetes', process.env);
  const { hostname: host, port } = new URL(admin.server);
  const name = `gantry-test-${process.pid}-${Date.now().toString(36)}`;
  const folder = mkdtempSync(join(tmpdir(), 'gantry-cluster-'));
  const ask = <T>(method: string, path: string, body?: object): Promise<T> =>
    new Promise((resolve, reject) => {
      const token = admin.token.current();
      const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
      const outgoing = request(`${admin.server}${path}`, { method, headers, ...admin.tls }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          if ((response.statusCode ?? 0) < 300) resolve(JSON.parse(text) as T);
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body && JSON.stringify(body));
    });

  await ask('POST', '/api/v1/namespaces', { metadata: { name } });
  const core = `/api/v1/namespaces/${name}`;
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${name}`;
  await ask('POST', `${core}/serviceaccounts`, { metadata: { name: 'replica' } });
  await ask('POST', `${rbac}/roles`, { metadata: { name: 'replica' }, rules: deployments.flatMap(policyRules) });
  await ask('POST', `${rbac}/rolebindings`, {
    metadata: { name: 'replica' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'replica' },
    subjects: [{ kind: 'ServiceAccount', name: 'replica', namespace: name }],
  });
  const made = await ask<{ status: { token: string } }>('POST', `${core}/serviceaccounts/replica/token`, {
    spec: { expirationSeconds: 3_600 },
  });

  return {
    name,
    host,
    port: Number(port) || 443,
    kubeconfig(through) {
      const cluster = {
        server: through === undefined ? admin.server : `https://127.0.0.1:${through}`,
        'certificate-authority-data': Buffer.from(admin.tls.ca ?? '').toString('base64'),
        // The certificate of every API server has this name, whatever the address it is reached by.
        'tls-server-name': 'kubernetes.default.svc',
      };
      const config = {
        'current-context': 'test',
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'replica', namespace: name } }],
        clusters: [{ name: 'test', cluster }],
        users: [{ name: 'replica', user: { token: made.status.token } }],
      };
      const file = join(folder, `${through ?? 'direct'}.kubeconfig`);
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
      return file;
    },
    ask,
    async [Symbol.asyncDispose]() {
      await ask('DELETE', `/api/v1/namespaces/${name}`);
      rmSync(folder, { recursive: true });
    },
  };
}
