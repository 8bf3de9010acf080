import { existsSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';

/** Where MI's product and MI's projects keep keystores: [keystore.primary] names them without a folder. */
const keystoreFolders = ['deployment/docker/resources', 'repository/resources/security'];

/**
 * The path of a file that a project names, such as a keystore. Relative names are looked for in the project and in its
 * deployment folder, then by their last part where MI keeps keystores. `paths`: where the project lies.
 */
export function locate(file: string, paths: readonly string[]): string {
  const bare = file.replace(/^file:\/*/, '/').replace(/^\$\{carbon\.home\}\//, '');
  if (isAbsolute(bare)) return bare;
  const candidates = paths.flatMap((path) => [
    join(path, bare),
    join(path, 'deployment', bare),
    ...keystoreFolders.map((folder) => join(path, folder, basename(bare))),
  ]);
  return candidates.find((candidate) => existsSync(candidate)) ?? resolve(bare);
}
