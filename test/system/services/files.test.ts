/** File servers through the same port as local folders. SFTP_URL, SFTP_KEY and FTP_URL name them. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { parseFileAddress } from '../../../src/transports/file/address.ts';
import { connectFiles, explainFileError, plainAccess } from '../../../src/transports/file/systems/connect.ts';
import type { FileAccess } from '../../../src/transports/file/parameters.ts';
import type { FileSystem } from '../../../src/transports/file/systems/file-system.ts';
import { fileSystemClaims, type FileSystemUnderTest } from '../../conformance/file-system.ts';
import { inboundClaims } from '../../conformance/inbound.ts';
import { folderFeatures, watchedFolder } from '../../conformance/watched-folder.ts';
import { service, untouchable } from './brokers.ts';

const { SFTP_URL: sftp, SFTP_KEY: key, FTP_URL: ftp } = process.env;

async function open(t: TestContext, url: string, access: FileAccess): Promise<FileSystemUnderTest> {
  const address = parseFileAddress(url);
  const [files, other] = await Promise.all([
    connectFiles(address, access, () => {}),
    connectFiles(address, access, () => {}),
  ]);
  t.after(() => Promise.all([files.close(), other.close()]));
  const folder = `${address.path}/gantry-${crypto.randomUUID().slice(0, 8)}`;
  await files.makeFolder(folder);
  return { files, other, folder };
}

/** A connection that is made anew when the server was away in between. */
function lasting(t: TestContext, url: string): FileSystem {
  let kept: Promise<FileSystem> | undefined;
  const close = async (): Promise<void> => {
    const files = await kept?.catch(() => undefined);
    kept = undefined;
    await files?.close();
  };
  t.after(close);
  const ask =
    (method: keyof FileSystem) =>
    async (...args: readonly never[]): Promise<unknown> => {
      for (let left = 1; ; left--) {
        kept ??= connectFiles(parseFileAddress(url), plainAccess, () => {});
        try {
          const files = await kept;
          return await (files[method] as (...all: readonly never[]) => Promise<unknown>).apply(files, [...args]);
        } catch (error) {
          await close();
          if (left === 0) throw error;
        }
      }
    };
  return new Proxy({} as FileSystem, { get: (_, method) => ask(method as keyof FileSystem) });
}

/** An inbound endpoint on a server that is killed and started. */
function consumed(name: 'sftp' | 'ftp', url: string): void {
  inboundClaims(name, { ...folderFeatures, serverStays: untouchable }, async (t) => {
    const folder = `/in/gantry-${crypto.randomUUID().slice(0, 8)}`;
    return {
      ...watchedFolder(lasting(t, url), folder, (path) => url + path),
      server: { stop: () => service('kill', name), start: () => service('up', name) },
    };
  });
}

if (sftp === undefined) test('SFTP', { skip: 'SFTP_URL is not set' });
else {
  consumed('sftp', sftp);
  fileSystemClaims('SFTP', (t) => open(t, `${sftp}/in`, plainAccess));

  test(
    'SFTP takes a private key instead of a password',
    { skip: key === undefined && 'SFTP_KEY is not set' },
    async (t) => {
      const address = parseFileAddress(`${sftp.replace(/:[^:@/]*@/, '@')}/in`);
      const files = await connectFiles(address, { ...plainAccess, identity: key }, () => {});
      t.after(() => files.close());
      assert.ok(await files.list('/in', { deep: false, accepts: () => 'room', atMost: 1 }));
    },
  );

  test('a wrong password is said in words, without the password', async () => {
    const address = parseFileAddress(sftp.replace(/:[^:@/]*@/, ':not-the-word@'));
    await assert.rejects(
      connectFiles(address, plainAccess, () => {}),
      (error) => {
        const said = explainFileError(error);
        return said.startsWith('it refuses the user and password, or the key') && !said.includes('not-the-word');
      },
    );
  });

  test('a server whose key is not the one that is trusted is refused', async () => {
    const access = { ...plainAccess, hostKey: `SHA256:${'A'.repeat(43)}` };
    await assert.rejects(
      connectFiles(parseFileAddress(sftp), access, () => {}),
      (error) => explainFileError(error).includes('host key'),
    );
  });
}

if (ftp === undefined) test('FTP', { skip: 'FTP_URL is not set' });
else {
  consumed('ftp', ftp);
  fileSystemClaims('FTP', (t) => open(t, `${ftp}/in`, plainAccess));
  fileSystemClaims('FTPS', (t) =>
    open(t, `${ftp.replace(/^ftp:/, 'ftps:')}/in`, { ...plainAccess, checksCertificate: false }),
  );

  test('FTP: a wrong password is said in words, without the password', async () => {
    const address = parseFileAddress(ftp.replace(/:[^:@/]*@/, ':not-the-word@'));
    await assert.rejects(
      connectFiles(address, plainAccess, () => {}),
      (error) => explainFileError(error).startsWith('it refuses the user and password'),
    );
  });
}
