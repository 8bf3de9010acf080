import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledPackage } from '../src/deploy/kubernetes/image/runtime-files.ts';

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
}

/** What the product is made of beside our own code: every package of the lock that is not for development alone. */
export function bundledPackages(root: string): readonly BundledPackage[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true && !path.includes('node_modules/@types/'))
    .map(([path, { version, license = 'NOASSERTION' }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      license,
    }));
}
