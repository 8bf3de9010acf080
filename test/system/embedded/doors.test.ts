/** Listening inbound endpoints of three replicas on one machine: each port is one to the outside. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { request } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { runGantry, scratch } from './gantry.ts';
import { freePort, inbound, project } from './project.ts';

const three = { args: ['--replicas', '3', '--nodes', '3'] };

const answering = (text: string): string =>
  `<payloadFactory media-type="text"><format>${text}</format><args/></payloadFactory><respond/>`;

const api = (name: string, more = ''): string =>
  `<api name="${name}" context="/${name.toLowerCase()}" ${more}><resource methods="GET"><inSequence>${answering(name)}</inSequence></resource></api>`;

test('an HTTP inbound endpoint takes requests on its port: bound APIs, the pattern, else its sequence', async () => {
  const port = await freePort();
  const folder = project('http-door', {
    'inbound-endpoints/Door': inbound('Door', 'http', {
      'inbound.http.port': port,
      'dispatch.filter.pattern': '/open.*',
    }),
    'sequences/Take': `<sequence name="Take">${answering('the sequence')}</sequence>`,
    'apis/Bound': api('Bound', 'binds-to="Door"'),
    'apis/Open': api('Open'),
    'apis/Other': api('Other'),
  });
  await using running = await runGantry([folder], three);
  const ask = async (url: string): Promise<string> => {
    const answer = await fetch(url);
    return `${answer.status} ${await answer.text()}`;
  };
  const door = `http://127.0.0.1:${port}`;
  assert.equal(await ask(`${door}/bound`), '200 Bound');
  assert.equal(await ask(`${door}/open`), '200 Open');
  assert.equal(await ask(`${door}/other`), '200 the sequence');
  assert.equal(await ask(`${running.http}/open`), '200 Open');
  assert.match(await ask(`${running.http}/bound`), /^404 /);
});

test("an HTTPS inbound endpoint shows its certificate and can ask for the client's; so does --https-port", async (t) => {
  const keys = join(scratch, 'keys');
  mkdirSync(keys);
  const openssl = (...args: readonly string[]): Promise<unknown> => promisify(execFile)('openssl', args, { cwd: keys });
  const made = openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'key.pem',
    '-out',
    'cert.pem',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  ).then(() =>
    openssl('pkcs12', '-export', '-inkey', 'key.pem', '-in', 'cert.pem', '-out', 'key.p12', '-passout', 'pass:secret'),
  );
  const why = await made.then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (why !== undefined) return t.skip(`openssl cannot make a key here: ${why}`);
  const port = await freePort();
  const folder = project('https-door', {
    'inbound-endpoints/Door': inbound('Door', 'https', {
      'inbound.http.port': port,
      keystore: `<KeyStore><Location>${keys}/key.p12</Location><Type>PKCS12</Type><Password>secret</Password></KeyStore>`,
      truststore: `<TrustStore><Location>${keys}/cert.pem</Location><Type>PEM</Type></TrustStore>`,
      SSLVerifyClient: 'require',
    }),
    'sequences/Take': `<sequence name="Take">${answering('over TLS')}</sequence>`,
    'apis/Open': api('Open'),
  });
  mkdirSync(join(folder, 'deployment'));
  const toml = `[keystore.primary]\nfile_name = "${keys}/key.p12"\ntype = "PKCS12"\npassword = "secret"\n`;
  writeFileSync(join(folder, 'deployment/deployment.toml'), toml);
  const productPort = await freePort();
  await using _running = await runGantry([folder], { args: [...three.args, '--https-port', String(productPort)] });
  const [cert, key] = [readFileSync(join(keys, 'cert.pem')), readFileSync(join(keys, 'key.pem'))];
  const ask = (more: object): Promise<string> =>
    new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, ca: cert, agent: false, ...more }, async (answer) => {
        let text = '';
        for await (const part of answer) text += String(part);
        resolve(text);
      });
      asked.on('error', reject).end();
    });
  assert.equal(await ask({ cert, key }), 'over TLS');
  await assert.rejects(ask({}), 'without a certificate');
  assert.equal(await ask({ port: productPort, path: '/open' }), 'Open');
});

interface Talk {
  readonly socket: WebSocket;
  /** The next message that came. */
  next(): Promise<string>;
  readonly closed: Promise<number>;
}

async function talk(url: string): Promise<Talk> {
  const socket = new WebSocket(url);
  const came: string[] = [];
  let waiting: ((text: string) => void) | undefined;
  socket.on('message', (data) => {
    const text = (data as Buffer).toString();
    if (waiting) waiting(text);
    else came.push(text);
    waiting = undefined;
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    socket,
    closed,
    next: () => (came.length > 0 ? Promise.resolve(came.shift()!) : new Promise((resolve) => (waiting = resolve))),
  };
}

const echo = `<sequence name="Take"><filter source="get-property('websocket.source.handshake.present')" regex="true"><then><drop/></then><else/></filter><respond/></sequence>`;

test('a WebSocket client is answered message by message, and told with 1001 that the replica stops', async () => {
  const port = await freePort();
  const folder = project('ws-door', {
    'inbound-endpoints/Door': inbound('Door', 'ws', {
      'inbound.ws.port': port,
      'ws.default.content.type': 'application/json',
    }),
    'sequences/Take': echo,
  });
  const running = await runGantry([folder], three);
  try {
    const client = await talk(`ws://127.0.0.1:${port}/room`);
    for (let i = 0; i < 40; i++) client.socket.send(JSON.stringify({ i }));
    for (let i = 0; i < 40; i++) assert.deepEqual(JSON.parse(await client.next()), { i });
    const refused = await fetch(`http://127.0.0.1:${port}/room`);
    assert.equal(refused.status, 426);
    const stopping = running.stop();
    assert.equal(await client.closed, 1001);
    await stopping;
  } finally {
    await running.stop();
  }
});

test('clients of one path get what each of them sends, on httpws beside plain requests', async () => {
  const port = await freePort();
  const folder = project('httpws-door', {
    'inbound-endpoints/Door': inbound('Door', 'httpws', {
      'inbound.ws.port': port,
      'ws.client.side.broadcast.level': 1,
    }),
    'sequences/Take': echo,
  });
  await using _running = await runGantry([folder], { args: ['--replicas', '1', '--nodes', '1'] });
  const [a, b, other] = await Promise.all(
    ['/room', '/room', '/other'].map((path) => talk(`ws://127.0.0.1:${port}${path}`)),
  );
  a!.socket.send('hello');
  assert.deepEqual(await Promise.all([a!.next(), b!.next()]), ['hello', 'hello']);
  other!.socket.send('alone');
  assert.equal(await other!.next(), 'alone');
  const plain = await fetch(`http://127.0.0.1:${port}/x`, { method: 'POST', body: 'plain' });
  assert.equal(await plain.text(), 'plain');
});

test('a port that is taken is said, and everything else runs', async () => {
  await using squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  const { port } = squatter.address() as { port: number };
  const folder = project('taken-door', {
    'inbound-endpoints/Door': inbound('Door', 'http', { 'inbound.http.port': port }),
    'sequences/Take': `<sequence name="Take">${answering('the sequence')}</sequence>`,
    'apis/Open': api('Open'),
  });
  await using running = await runGantry([folder], three);
  const { text } = await running.event(({ type, text }) => type === 'warning' && text.includes(String(port)));
  assert.match(text, /it is taken/);
  assert.equal((await fetch(`${running.http}/open`)).status, 200);
});
