/** Users of a kubeconfig that log in otherwise than by a certificate or a token: plug-ins and OpenID Connect. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '../../../clock.ts';
import type { Access } from './access.ts';
import { ApiClient, type ApiRequest } from './client.ts';
import { ExecCredentials } from './exec-credentials.ts';
import { FakeApi } from './fixtures/fake-api.ts';
import { kubeconfigAccess } from './kubeconfig.ts';
import { leases } from './objects.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-logins-'));
after(() => rmSync(folder, { recursive: true }));
const { signal } = new AbortController();
const listLeases: ApiRequest = { verb: 'list', resource: leases, signal };

/** A plug-in that counts its calls in a file, and answers with what `status` makes of the count. */
function plugin(name: string, status: string): { readonly command: string; readonly calls: () => number } {
  const counter = join(folder, `${name}.calls`);
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!${process.execPath}
const fs = require('node:fs');
fs.appendFileSync(${JSON.stringify(counter)}, 'x');
const count = fs.readFileSync(${JSON.stringify(counter)}, 'utf8').length;
const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
const status = ${status};
console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: 'ExecCredential', status }));
`,
  );
  chmodSync(path, 0o755);
  return { command: `./${name}`, calls: () => readFileSync(counter, 'utf8').length };
}

function kubeconfig(server: string, user: object): string {
  const path = join(folder, 'config.json');
  // JSON is YAML.
  writeFileSync(
    path,
    JSON.stringify({
      'current-context': 'a',
      contexts: [{ name: 'a', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
      clusters: [{ name: 'c', cluster: { server } }],
      users: [{ name: 'u', user }],
    }),
  );
  return path;
}

async function accessFor(api: FakeApi, user: object): Promise<Access> {
  return kubeconfigAccess({ ...process.env, KUBECONFIG: kubeconfig(api.access().server, user) });
}

test('a plug-in is asked before the first request, once for all, and again when its token is refused', async () => {
  await using api = await FakeApi.start();
  const { command, calls } = plugin('counting', '{ token: `token-${count}` }');
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' };
  const client = new ApiClient(await accessFor(api, { exec }), systemClock);
  api.acceptedToken = 'token-1';
  await Promise.all([client.json(listLeases), client.json(listLeases)]);
  await client.json(listLeases);
  assert.equal(calls(), 1);
  api.acceptedToken = 'token-2';
  await client.json(listLeases);
  assert.equal(calls(), 2);
  api.acceptedToken = 'none';
  await assert.rejects(client.json(listLeases), /401 Unauthorized/);
  client.close();
});

test('a plug-in learns what it is asked for, with its own arguments and environment', async () => {
  await using api = await FakeApi.start();
  const told = '{ token: [process.argv[2], process.env.REGION, info.apiVersion, info.spec.cluster.server].join(" ") }';
  const { command } = plugin('told', told);
  const apiVersion = 'client.authentication.k8s.io/v1beta1';
  const env = [{ name: 'REGION', value: 'north' }];
  const exec = { apiVersion, command, args: ['get-token'], env, provideClusterInfo: true };
  const { token, server } = await accessFor(api, { exec });
  await token.prepare!(signal);
  assert.equal(token.current(), `get-token north ${apiVersion} ${server}`);
});

test('credentials are renewed before they expire', async () => {
  const { command, calls } = plugin(
    'expiring',
    '{ token: "t", expirationTimestamp: new Date(100000 * count).toISOString() }',
  );
  let now = 0;
  const credentials = new ExecCredentials(
    { command },
    { folder, env: process.env, cluster: {}, who: 'u', now: () => now },
  );
  await credentials.prepare();
  now = 89_000;
  await credentials.prepare();
  assert.equal(calls(), 1);
  now = 91_000;
  await credentials.prepare();
  assert.equal(calls(), 2);
});

test('a plug-in may give a certificate, which each new connection shows', async () => {
  await using api = await FakeApi.start();
  const { command } = plugin('certifying', '{ clientCertificateData: `CERT${count}`, clientKeyData: "KEY" }');
  const { token, tls } = await accessFor(api, { exec: { command } });
  await token.prepare!(signal);
  assert.deepEqual([tls.cert, tls.key, token.current()], ['CERT1', 'KEY', undefined]);
  assert.equal(await token.refused(), true);
  assert.equal(tls.cert, 'CERT2');
});

test('a plug-in that is missing, fails or says nothing is named with what to do', async () => {
  await using api = await FakeApi.start();
  const asked = async (exec: object): Promise<unknown> => (await accessFor(api, { exec })).token.prepare!(signal);
  await assert.rejects(
    asked({ command: 'no-such-plugin', installHint: 'Install it from example.com.' }),
    /user "u" of .* logs in by "no-such-plugin", which is not installed\. Install it from example\.com\./,
  );
  await assert.rejects(asked({ command: 'false' }), /which ended with 1/);
  await assert.rejects(asked({ command: 'echo', args: ['{}'] }), /answered no ExecCredential/);
});

interface Issuer extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly string[];
}

const jwt = (exp: number, name: string, iss: string): string =>
  ['{"alg":"RS256"}', JSON.stringify({ iss, sub: name, aud: 'gantry', exp, iat: 1 }), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

/** Takes each refresh token once: "first", then what it gave last. */
async function startIssuer(): Promise<Issuer> {
  const asked: string[] = [];
  let [refresh, count] = ['first', 0];
  let url = '';
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.once('end', () => {
      asked.push(`${request.method} ${request.url} ${body}`);
      const answer = (status: number, object: object): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(object));
      if (request.url === '/.well-known/openid-configuration')
        return answer(200, { issuer: url, token_endpoint: `${url}/token` });
      if (new URLSearchParams(body).get('refresh_token') !== refresh)
        return answer(400, { error: 'invalid_grant', error_description: 'the refresh token was used before' });
      refresh = `refresh-${++count}`;
      answer(200, {
        access_token: 'unused',
        token_type: 'bearer',
        id_token: jwt(4_000_000_000, `renewed-${count}`, url),
        refresh_token: refresh,
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('an ID token that has expired is renewed at its issuer, and both tokens are kept in the configuration', async () => {
  await using api = await FakeApi.start();
  await using issuer = await startIssuer();
  const config = {
    'idp-issuer-url': issuer.url,
    'client-id': 'gantry',
    'client-secret': 'shared',
    'id-token': jwt(1_000, 'old', issuer.url),
    'refresh-token': 'first',
  };
  const user = { 'auth-provider': { name: 'oidc', config } };
  const renewed = jwt(4_000_000_000, 'renewed-1', issuer.url);
  api.acceptedToken = renewed;
  const client = new ApiClient(await accessFor(api, user), systemClock);
  await Promise.all([client.json(listLeases), client.json(listLeases)]);
  client.close();
  assert.equal(issuer.asked.length, 2);
  assert.match(issuer.asked[1]!, /^POST \/token .*grant_type=refresh_token/);
  assert.match(issuer.asked[1]!, /client_id=gantry.*client_secret=shared/);

  const kept = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { users: { user: typeof user }[] };
  const written = kept.users[0]!.user['auth-provider'].config;
  assert.deepEqual([written['id-token'], written['refresh-token']], [renewed, 'refresh-1']);
  const again = new ApiClient(await kubeconfigAccess({ KUBECONFIG: join(folder, 'config.json') }), systemClock);
  await again.json(listLeases);
  again.close();
  assert.equal(issuer.asked.length, 2, 'what is good yet is not renewed');
});

test('an issuer that gives no token says why, and that one has to log in again', async () => {
  await using api = await FakeApi.start();
  await using issuer = await startIssuer();
  const config = { 'idp-issuer-url': issuer.url, 'client-id': 'gantry', 'refresh-token': 'used' };
  const { token } = await accessFor(api, { 'auth-provider': { name: 'oidc', config } });
  await assert.rejects(
    token.prepare!(signal),
    /gives no new one \(.*the refresh token was used before.*\): log in again/,
  );
  const without = await accessFor(api, { 'auth-provider': { name: 'oidc', config: { 'client-id': 'gantry' } } });
  await assert.rejects(without.token.prepare!(signal), /there is no refresh-token, idp-issuer-url or client-id/);
});

test('a provider that nobody has any more is said', async () => {
  await using api = await FakeApi.start();
  await assert.rejects(
    accessFor(api, { 'auth-provider': { name: 'gcp' } }),
    /provider "gcp", which kubectl has dropped/,
  );
});
