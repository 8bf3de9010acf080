import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tokenFromFile } from './access.ts';
import { inClusterAccess } from './in-cluster.ts';
import { kubeconfigAccess } from './kubeconfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-access-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('a token is read again after a minute, and when it was refused', () => {
  let now = 0;
  let content = 'one\n';
  const token = tokenFromFile(
    () => content,
    () => now,
  );
  content = 'two';
  assert.equal(token.current(), 'one');
  now = 60_000;
  assert.equal(token.current(), 'two');
  assert.equal(token.refused(), false);
  content = 'three';
  assert.equal(token.refused(), true);
  assert.equal(token.current(), 'three');
});

test('a token file that is just being replaced leaves the token as it was', () => {
  let now = 0;
  let reads = 0;
  const token = tokenFromFile(
    () => {
      if (reads++ > 0) throw new Error('ENOENT');
      return 'one';
    },
    () => now,
  );
  now = 120_000;
  assert.equal(token.current(), 'one');
  assert.equal(token.refused(), false);
});

test('in a pod the service account says who and where', () => {
  const account = join(folder, 'account');
  mkdirSync(account);
  for (const [name, text] of Object.entries({ token: 'secret\n', 'ca.crt': 'CA', namespace: 'shop' }))
    writeFileSync(join(account, name), text);
  const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '6443' };
  const access = inClusterAccess(env, account)!;
  assert.equal(access.server, 'https://10.96.0.1:6443');
  assert.equal(access.namespace, 'shop');
  assert.equal(access.tls.ca, 'CA');
  assert.equal(access.token.current(), 'secret');
  assert.equal(
    inClusterAccess({ ...env, KUBERNETES_SERVICE_HOST: 'fd00::1' }, account)!.server,
    'https://[fd00::1]:6443',
  );
});

test('a service account’s certificate authority is read again when it was replaced', () => {
  const account = join(folder, 'rotating');
  mkdirSync(account);
  for (const [name, text] of Object.entries({ token: 't', 'ca.crt': 'OLD', namespace: 'shop' }))
    writeFileSync(join(account, name), text);
  let now = 0;
  const { tls } = inClusterAccess({ KUBERNETES_SERVICE_HOST: '10.96.0.1' }, account, () => now)!;
  writeFileSync(join(account, 'ca.crt'), 'NEW');
  assert.equal(tls.ca, 'OLD');
  now = 60_000;
  assert.equal(tls.ca, 'NEW');
});

test('outside a pod there is no service account, and a pod without one is told what to do', () => {
  assert.equal(inClusterAccess({}), undefined);
  assert.throws(
    () => inClusterAccess({ KUBERNETES_SERVICE_HOST: '10.96.0.1' }, join(folder, 'nothing')),
    /give it a service account, and leave automountServiceAccountToken on/,
  );
});

test('kubectl’s configuration: client certificate, relative files, namespace', async () => {
  file('ca.pem', 'CA');
  const path = file(
    'cert.yaml',
    `current-context: a
contexts: [{name: a, context: {cluster: c, user: u, namespace: shop}}]
clusters: [{name: c, cluster: {server: "https://10.0.0.1:6443/", certificate-authority: ca.pem, tls-server-name: kubernetes}}]
users: [{name: u, user: {client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}}}]
`,
  );
  const access = await kubeconfigAccess({ KUBECONFIG: path });
  assert.equal(access.server, 'https://10.0.0.1:6443');
  assert.equal(access.namespace, 'shop');
  const { ca, cert, key, servername } = access.tls;
  assert.deepEqual([String(ca), String(cert), String(key), servername], ['CA', 'CERT', 'KEY', 'kubernetes']);
  assert.equal(access.token.current(), undefined);
});

test('of several files the first that says something wins, and a token file is followed', async () => {
  file('token', 'from a file');
  const first = file('first.yaml', 'current-context: a\nusers: [{name: u, user: {tokenFile: token}}]\n');
  const second = file(
    'second.yaml',
    `current-context: b
contexts: [{name: a, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://10.0.0.1"}}]
users: [{name: u, user: {token: unused}}]
`,
  );
  const access = await kubeconfigAccess({ KUBECONFIG: `${first}:${second}:${join(folder, 'absent.yaml')}` });
  assert.equal(access.namespace, 'default');
  assert.equal(access.token.current(), 'from a file');
});

test('what cannot be used is said in words', async () => {
  const config = (user: string): string =>
    file(
      'plugin.yaml',
      `current-context: a
contexts: [{name: a, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://10.0.0.1"}}]
users: [{name: u, user: ${user}}]
`,
    );
  await assert.rejects(kubeconfigAccess({ KUBECONFIG: config('{token: t}') }, 'b'), /there is no "b" as context of/);
  const none = join(folder, 'none.yaml');
  await assert.rejects(
    kubeconfigAccess({ KUBECONFIG: none }),
    /no Kubernetes cluster is known: this is not a pod, and there is no .*none\.yaml/,
  );
  const empty = file('empty.yaml', 'clusters: []\n');
  await assert.rejects(kubeconfigAccess({ KUBECONFIG: empty }), /names no current-context/);
  const dangling = file('dangling.yaml', 'current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n');
  await assert.rejects(kubeconfigAccess({ KUBECONFIG: dangling }), /there is no "c" as cluster of/);
});

test('a proxy is taken from the cluster; one that is not supported is refused, its password kept', async () => {
  const config = (proxy: string): string =>
    file(
      'proxied',
      `current-context: a
contexts: [{name: a, context: {cluster: far, user: ada}}]
clusters: [{name: far, cluster: {server: "https://10.0.0.1:6443", proxy-url: "${proxy}"}}]
users: [{name: ada, user: {token: t}}]`,
    );
  const { proxy } = await kubeconfigAccess({ KUBECONFIG: config('http://proxy.example.com:3128') });
  assert.equal(proxy, 'http://proxy.example.com:3128');
  await assert.rejects(
    kubeconfigAccess({ KUBECONFIG: config('socks5://ada:tide@proxy:1080') }),
    ({ message }: Error) => {
      assert.match(message, /the cluster "far" of .* by a proxy-url of socks5, which is not supported: name a proxy/);
      assert.doesNotMatch(message, /tide/);
      return true;
    },
  );
});
