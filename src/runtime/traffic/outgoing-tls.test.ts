import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { Message } from '../../message/message.ts';
import { createHttpSender } from '../../transports/http/sender.ts';
import { readIdentity, readTrust } from '../../transports/tls/keystore-file.ts';
import { outgoingTls } from './outgoing-tls.ts';

const folder = join(import.meta.dirname, '../../transports/tls/fixtures');
const password = 'store-word';
const truststore = { file_name: 'trust.jks', type: 'JKS', password, alias: 'symmetric.key.value', algorithm: '' };
const keystore = { primary: { file_name: 'keys.jks', password, alias: 'wso2carbon', key_password: 'key-word' } };

/** What a server with a key of Java's answers: who the client is. */
async function ask(t: TestContext, deployment: Record<string, unknown>, options: ServerOptions = {}): Promise<string> {
  const identity = await readIdentity({ location: join(folder, 'keys.jks'), password, alias: 'second' });
  const server = createServer({ ...identity, ...options }, ({ socket }, answer) => {
    const { subject } = (socket as TLSSocket).getPeerCertificate();
    answer.end((subject as { readonly CN?: string } | undefined)?.CN ?? 'nobody');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sender = createHttpSender({ tls: outgoingTls({ deployment }, [folder]) });
  t.after(async () => {
    await sender.close();
    server.close();
  });
  const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const { signal } = new AbortController();
  const reply = await sender.send({
    url,
    message: new Message(),
    method: 'GET',
    format: undefined,
    timeoutMs: 10_000,
    signal,
  });
  await reply!.body.load();
  return Buffer.from(reply!.body.bytes()).toString();
}

test('a server is trusted when [truststore] holds its certificate', async (t) => {
  assert.equal(await ask(t, { truststore }), 'nobody');
});

test('without [truststore], or with one that is not there, only the usual CAs are trusted', async (t) => {
  await assert.rejects(ask(t, {}), { code: 'CONNECTION_FAILED', message: /DEPTH_ZERO_SELF_SIGNED_CERT/ });
  const absent = { truststore: { ...truststore, file_name: 'absent.jks' } };
  await assert.rejects(ask(t, absent), { code: 'CONNECTION_FAILED', message: /DEPTH_ZERO_SELF_SIGNED_CERT/ });
});

test('a server that asks for a certificate is shown the one of [keystore.primary]', async (t) => {
  const { ca } = await readTrust({ location: join(folder, 'trust.jks') });
  const asking = { ca, requestCert: true, rejectUnauthorized: true };
  assert.equal(await ask(t, { truststore, keystore }, asking), 'localhost');
});

test('a truststore that does not open is a fault that names it', async (t) => {
  const deployment = { truststore: { ...truststore, password: 'wrong-word' } };
  await assert.rejects(ask(t, deployment), (error: Error) => {
    assert.match(error.message, /trust\.jks cannot be used: the password .* It is named by \[truststore\]/);
    assert.doesNotMatch(error.message, /wrong-word/);
    return true;
  });
});
