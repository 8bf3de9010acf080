import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localFiles } from '../../src/transports/file/systems/local.ts';
import { fileSystemClaims } from './file-system.ts';

fileSystemClaims('this machine', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-files-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return { files: localFiles, other: localFiles, folder };
});
