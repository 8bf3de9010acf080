import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseFileAddress } from '../../src/transports/file/address.ts';
import { connectFiles, plainAccess } from '../../src/transports/file/systems/connect.ts';
import type { FileSystem } from '../../src/transports/file/systems/file-system.ts';
import { localFiles } from '../../src/transports/file/systems/local.ts';
import { bodyOf, type BenchedTransport, type Place } from './place.ts';

const sftpUrl = process.env['SFTP_URL'];
const atOnce = 32;
let made = 0;

/** Many small files of a folder of this machine. */
export const file: BenchedTransport = {
  name: 'file',
  target: 0,
  missing: undefined,
  service: undefined,
  consumerFirst: false,
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
    await mkdir(join(folder, 'in'));
    return placeOf(localFiles, join(folder, 'in'), pathToFileURL(join(folder, 'in')).href, async () =>
      rmSync(folder, { recursive: true, force: true }),
    );
  },
};

/** The same on an SFTP server. */
export const sftp: BenchedTransport = {
  name: 'sftp',
  target: 0,
  missing: sftpUrl === undefined ? 'SFTP_URL names no server' : undefined,
  service: 'sftp',
  consumerFirst: false,
  async open() {
    const files = await connectFiles(parseFileAddress(sftpUrl!), plainAccess, () => {});
    const folder = `/in/bench-${process.pid}-${++made}`;
    await files.makeFolder(folder);
    return placeOf(files, folder, sftpUrl + folder, () => files.close());
  },
};

function placeOf(files: FileSystem, folder: string, uri: string, close: () => Promise<void>): Place {
  return {
    attributes: 'protocol="file"',
    parameters: {
      'transport.vfs.FileURI': uri,
      'transport.vfs.FileNamePattern': '.*\\.json',
      'transport.vfs.ContentType': 'application/json',
      'transport.vfs.AutoLockReleaseInterval': '2000',
      interval: '10',
    },
    async fill(from, count, bytes) {
      for (let n = from; n < from + count; n += atOnce) {
        const some = Array.from({ length: Math.min(atOnce, from + count - n) }, (_, i) => n + i);
        await Promise.all(
          some.map(async (each) => {
            // A consumer that is at work already must not see half of it.
            await files.write(`${folder}/${each}.part-0`, Buffer.from(bodyOf(each, bytes)));
            await files.replace(`${folder}/${each}.part-0`, `${folder}/${each}.json`);
          }),
        );
      }
    },
    close,
  };
}
