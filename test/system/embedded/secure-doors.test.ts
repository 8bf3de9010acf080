/** HTTPS and WebSocket over TLS with keystores that Java made, named as MI's projects name them. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { readIdentity, readTrust } from '../../../src/transports/tls/keystore-file.ts';
import { gantry, root, runGantry } from './gantry.ts';
import { freePort, inbound, project } from './project.ts';

const fixtures = join(root, 'src/transports/tls/fixtures');
const keystore =
  '<KeyStore><Location>keys.jks</Location><Type>JKS</Type><Password>store-word</Password><KeyPassword>key-word</KeyPassword></KeyStore>';
const truststore =
  '<TrustStore><Location>trust.jks</Location><Type>JKS</Type><Password>store-word</Password></TrustStore>';
const toml = `[keystore.primary]
file_name = "keys.jks"
type = "JKS"
password = "store-word"
alias = "wso2carbon"
key_password = "key-word"
`;
const echo =
  '<sequence name="Take"><filter source="get-property(\'websocket.source.handshake.present\')" regex="true"><then><drop/></then><else/></filter><respond/></sequence>';

/** The answer's body. */
function ask(port: number, path: string, tls: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false, ...tls }, async (answer) => {
      let text = '';
      for await (const part of answer) text += String(part);
      resolve(text);
    });
    asked.on('error', reject).end();
  });
}

test('keystores of Java are shown and trusted: by an HTTPS inbound endpoint, by --https-port and by wss', async () => {
  const [port, chat, productPort] = [await freePort(), await freePort(), await freePort()];
  const folder = project('jks-doors', {
    'inbound-endpoints/Door': inbound('Door', 'https', {
      'inbound.http.port': port,
      keystore,
      truststore,
      SSLVerifyClient: 'require',
    }),
    'inbound-endpoints/Chat': inbound('Chat', 'wss', {
      'inbound.ws.port': chat,
      'wss.ssl.key.store.file': join(fixtures, 'keys.jks'),
      'wss.ssl.key.store.pass': 'store-word',
      'wss.ssl.cert.pass': 'key-word',
    }),
    'sequences/Take': echo,
    'apis/Open':
      '<api name="Open" context="/open"><resource methods="GET"><inSequence><payloadFactory media-type="text"><format>Open</format><args/></payloadFactory><respond/></inSequence></resource></api>',
  });
  const resources = join(folder, 'deployment/docker/resources');
  mkdirSync(resources, { recursive: true });
  for (const name of ['keys.jks', 'trust.jks']) cpSync(join(fixtures, name), join(resources, name));
  writeFileSync(join(folder, 'deployment/deployment.toml'), toml);
  const { ca } = await readTrust({ location: join(fixtures, 'trust.jks') });
  const own = await readIdentity({ location: join(fixtures, 'keys.jks'), password: 'store-word', alias: 'second' });

  const args = ['--replicas', '1', '--nodes', '1', '--https-port', String(productPort)];
  await using _running = await runGantry([folder], { args });
  assert.equal(await ask(productPort, '/open', { ca }), 'Open');
  assert.equal(await ask(port, '/', { ca, ...own }), '');
  await assert.rejects(ask(port, '/', { ca }), 'without a certificate');
  const socket = new WebSocket(`wss://127.0.0.1:${chat}/room`, { ca });
  const said = new Promise<string>((resolve, reject) => {
    socket.on('message', (data) => resolve((data as Buffer).toString())).on('error', reject);
  });
  socket.on('open', () => socket.send('hello'));
  assert.equal(await said, 'hello');
  socket.close();
});

test('gantry check says which keystore does not open, and where it is named', async () => {
  const folder = project('bad-keystore', {
    'inbound-endpoints/Door': inbound('Door', 'https', {
      'inbound.http.port': 8443,
      keystore: keystore.replace('keys.jks', join(fixtures, 'keys.jks')).replace('store-word', 'not-the-word'),
    }),
    'sequences/Take': echo,
  });
  const { stdout } = await gantry('check', folder);
  assert.match(stdout, /Door\.xml:\d+:\d+ warning BAD_PARAMETER/);
  assert.match(stdout, /"keystore" cannot be used: .*keys\.jks: the password is not the one it was made with/);
  assert.doesNotMatch(stdout, /not-the-word/);
});
