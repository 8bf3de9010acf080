import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { localFiles } from '../../src/transports/file/systems/local.ts';
import { inboundClaims } from './inbound.ts';
import { folderFeatures, watchedFolder } from './watched-folder.ts';

inboundClaims('file', { ...folderFeatures, serverStays: 'a folder of this machine has no server' }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-files-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return watchedFolder(localFiles, folder, (path) => pathToFileURL(path).href);
});
