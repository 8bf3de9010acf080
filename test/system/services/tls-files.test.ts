/** Who is trusted by SFTP and FTPS inbound endpoints, and which keys they log in with. SFTP_URL, SFTP_KEY and FTP_URL name servers. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { chmodSync, readFileSync } from 'node:fs';
import { before, describe, test, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { Client as FtpClient } from 'basic-ftp';
import SftpClient from 'ssh2-sftp-client';
import { file } from '../../../src/transports/file/spec.ts';
import { Consuming } from '../../conformance/consuming.ts';
import { Authority, fileOf } from '../certificates.ts';

const { SFTP_URL: sftp, SFTP_KEY: key, FTP_URL: ftp } = process.env;
const run = promisify(execFile);

/** An inbound endpoint on the folder /in of that server. */
function watch(t: TestContext, url: URL, more: Readonly<Record<string, string>>, options = ''): Promise<Consuming> {
  const parameters = {
    'transport.vfs.FileURI': `${url.href.replace(/\/$/, '')}/in${options}`,
    interval: '20',
    ...more,
  };
  return Consuming.start(t, { kind: file, parameters, send: async () => {} }, { connected: false });
}

describe('SFTP', { skip: sftp === undefined && 'SFTP_URL names no server' }, () => {
  const server = new URL(sftp ?? 'sftp://nobody');
  const withoutPassword = new URL(server);
  withoutPassword.password = '';
  let hostKey: Buffer;

  before(async () => {
    const client = new SftpClient();
    await client.connect({
      host: server.hostname,
      port: Number(server.port),
      username: server.username,
      password: server.password,
      hostVerifier: (shown: Buffer) => {
        hostKey = shown;
        return true;
      },
    });
    await client.end();
  });

  const knownHosts = (shown: Buffer): string => {
    const type = shown.subarray(4, 4 + shown.readUInt32BE()).toString();
    return fileOf('known_hosts', `[${server.hostname}]:${server.port} ${type} ${shown.toString('base64')}\n`);
  };
  const other = (): Buffer => {
    const changed = Buffer.from(hostKey);
    changed[changed.length - 1]! ^= 1;
    return changed;
  };
  const fingerprint = (shown: Buffer): string => `SHA256:${createHash('sha256').update(shown).digest('base64')}`;

  test('a server whose key is known is taken, by known_hosts and by its fingerprint', async (t) => {
    await (await watch(t, server, { 'transport.vfs.SFTPKnownHosts': knownHosts(hostKey) })).untilRunning();
    await (await watch(t, server, { 'transport.vfs.SFTPHostKeyFingerprint': fingerprint(hostKey) })).untilRunning();
  });

  test('a server with another key is refused, with the parameters that say which', async (t) => {
    for (const trust of [
      { 'transport.vfs.SFTPKnownHosts': knownHosts(other()) },
      { 'transport.vfs.SFTPHostKeyFingerprint': fingerprint(other()) },
    ]) {
      const reason = await (await watch(t, server, trust)).untilWaiting();
      assert.match(reason, /its host key is not one that is trusted \(.*SFTPKnownHosts/);
    }
  });

  describe('keys', { skip: key === undefined && 'SFTP_KEY names no file' }, () => {
    const locked = async (format: 'PEM' | 'RFC4716'): Promise<string> => {
      const copy = fileOf(`key-${format}`, readFileSync(key!));
      chmodSync(copy, 0o600);
      await run('ssh-keygen', ['-q', '-p', '-m', format, '-P', '', '-N', 'key-word', '-f', copy]);
      return copy;
    };

    test('a key is taken instead of a password, as it is and locked by a passphrase', async (t) => {
      await (await watch(t, withoutPassword, { 'transport.vfs.SFTPIdentities': key! })).untilRunning();
      const identity = await locked('RFC4716').catch((error: Error) => error);
      if (identity instanceof Error) return t.skip(`ssh-keygen cannot lock a key here: ${identity.message}`);
      const own = { 'transport.vfs.SFTPIdentities': identity, 'transport.vfs.SFTPIdentityPassPhrase': 'key-word' };
      await (await watch(t, withoutPassword, own)).untilRunning();
    });

    test('a locked key without its passphrase, or with another, is said with both parameters', async (t) => {
      const identity = await locked('RFC4716').catch((error: Error) => error);
      if (identity instanceof Error) return t.skip(`ssh-keygen cannot lock a key here: ${identity.message}`);
      const own = { 'transport.vfs.SFTPIdentities': identity };
      for (const given of [own, { ...own, 'transport.vfs.SFTPIdentityPassPhrase': 'not-the-word' }]) {
        const reason = await (await watch(t, withoutPassword, given)).untilWaiting();
        assert.match(reason, /the private key cannot be used \(.*SFTPIdentities, .*SFTPIdentityPassPhrase\)/);
        assert.doesNotMatch(reason, /not-the-word/);
      }
    });
  });
});

describe('FTPS', { skip: ftp === undefined && 'FTP_URL names no server' }, () => {
  const plain = new URL(ftp ?? 'ftp://nobody');
  const server = new URL(plain.href.replace(/^ftp:/, 'ftps:'));
  let shown: string;

  before(async () => {
    const client = new FtpClient();
    const { hostname: host, port, username: user, password } = plain;
    const secureOptions = { rejectUnauthorized: false };
    await client.access({ host, port: Number(port), user, password, secure: true, secureOptions });
    const { raw } = (client.ftp.socket as TLSSocket).getPeerCertificate();
    shown = fileOf('ftp.pem', new X509Certificate(raw).toString());
    client.close();
  });

  test('a server is taken when its certificate is trusted, by a parameter or by the address', async (t) => {
    await (await watch(t, server, { 'transport.vfs.FTPSCertificateAuthority': shown })).untilRunning();
    await (await watch(t, server, {}, `?vfs.ssl.truststore=${shown}`)).untilRunning();
  });

  test('one that nobody trusts is refused, with the parameter that says whom to trust; unless that is not asked', async (t) => {
    const stranger = fileOf('stranger.pem', new Authority('Stranger').cert);
    for (const given of [{}, { 'transport.vfs.FTPSCertificateAuthority': stranger }]) {
      const reason = await (await watch(t, server, given)).untilWaiting();
      assert.match(reason, /signed by nobody who is trusted \(transport\.vfs\.FTPSCertificateAuthority\)/);
    }
    await (await watch(t, server, { 'transport.vfs.FTPSCheckCertificate': 'false' })).untilRunning();
  });
});
