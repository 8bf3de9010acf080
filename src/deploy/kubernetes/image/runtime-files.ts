import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ImageError } from './image-error.ts';
import type { Entry } from './tar.ts';

/** A library that the bundle was made of. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

export interface RuntimeFiles {
  readonly entries: readonly Entry[];
  readonly packages: readonly BundledPackage[];
}

const packagesFile = 'packages.json';

/**
 * The product ships itself: the bundle that runs now, or in a checkout that runs its sources the one in dist, if it is
 * of these sources.
 */
export function runtimeFiles(program: string): RuntimeFiles {
  const folder = bundleFolder(program);
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name !== packagesFile && statSync(join(folder, name)).isFile())
    .map((name): Entry => ({ type: 'file', path: `app/${name}`, content: join(folder, name) }));
  const packages = JSON.parse(readFileSync(join(folder, packagesFile), 'utf8')) as readonly BundledPackage[];
  return { entries, packages };
}

/** Where the bundle of the program that runs lies; throws ImageError when there is none. */
export function bundleFolder(file: string): string {
  const program = resolve(file);
  if (program.endsWith('gantry.cjs')) return dirname(program);
  const root = resolve(dirname(program), '../..');
  const dist = join(root, 'dist');
  const bundle = join(dist, 'gantry.cjs');
  if (!existsSync(bundle) || !existsSync(join(dist, packagesFile)) || isOlder(bundle, join(root, 'src')))
    throw new ImageError(
      'NOT_BUILT',
      'The sources are newer than the bundle that an image is made of.',
      'npm run build makes it.',
    );
  return dist;
}

function isOlder(bundle: string, sources: string): boolean {
  const { mtimeMs } = statSync(bundle);
  return readdirSync(sources, { recursive: true, encoding: 'utf8' }).some(
    (name) => /\.[tjc]s$/.test(name) && statSync(join(sources, name)).mtimeMs > mtimeMs,
  );
}
