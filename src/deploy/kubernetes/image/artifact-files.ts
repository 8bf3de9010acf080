import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { ImageError } from './image-error.ts';
import type { Entry } from './tar.ts';

/** Where the user's PATHs lie in the image. */
const artifactsFolder = 'app/artifacts';
const registryFolder = 'app/registry';

export interface ArtifactFiles {
  readonly entries: readonly Entry[];
  /** What `gantry replica` is told: the PATHs as the image has them. */
  readonly args: readonly string[];
}

/** At the top of a project: copies, tools and tests, which nothing reads. */
const left = new Set(['node_modules', 'target', 'build', 'dist', 'test', 'tests']);
/** And of an MI project what only stands in for other systems on the author's machine; elsewhere it may hold artifacts. */
const standIn = 'mock';

/**
 * The user's files, as they lie. Hidden files stay behind, `.env` above all: an image is the same everywhere, and what
 * differs (addresses, passwords) comes as environment variables.
 */
export function artifactFiles(paths: readonly string[], registryDir: string | undefined): ArtifactFiles {
  const named = paths.map((path) => ({ path, into: placeOf(resolve(path)) }));
  const twice = named.find(({ into }, i) => named.findIndex((other) => other.into === into) !== i);
  if (twice !== undefined) {
    const text = `Two of the PATHs are called "${basename(twice.into)}"; in the image they would be one.`;
    throw new ImageError('SAME_NAME', text, 'Rename one of the folders.');
  }
  const registry = registryDir === undefined ? [] : [{ path: registryDir, into: registryFolder }];
  // TypeScript classes may lie beside the folder of the artifacts.
  const classes = named
    .map(({ path, into }) => ({ path: join(path, '../classes'), into: `${dirname(into)}/classes` }))
    .filter(({ path }) => existsSync(path));
  return {
    entries: [...named, ...registry, ...classes].flatMap(({ path, into }) => entriesBelow(resolve(path), into)),
    args: [
      'replica',
      ...named.map(({ into }) => `/${into}`),
      ...(registryDir === undefined ? [] : ['--registry', `/${registryFolder}`]),
    ],
  };
}

/** `synapse-configs/default` keeps its parent's name, by which its kind is known, and the name of its product. */
function placeOf(path: string): string {
  const parts = path.split(sep);
  const deep = basename(path) === 'default' && parts.at(-2) === 'synapse-configs';
  return [artifactsFolder, ...parts.slice(deep ? -3 : -1)].join('/');
}

function entriesBelow(root: string, into: string): readonly Entry[] {
  const real = realpathSync(root);
  const isProject = existsSync(join(root, 'src/main/wso2mi'));
  const stays = (name: string, top: boolean): boolean =>
    name.startsWith('.') || (top && (left.has(name) || (isProject && name === standIn)));
  const add = (path: string, name: string): Entry[] => {
    // A link is followed as `gantry run` follows it, and must not lead out of the project.
    const target = existsSync(path) ? realpathSync(path) : undefined;
    if (target === undefined || (target !== real && !target.startsWith(real + sep))) return [];
    if (!statSync(target).isDirectory()) return [{ type: 'file', path: name, content: target }];
    return readdirSync(target)
      .filter((one) => !stays(one, path === root))
      .flatMap((one) => add(join(path, one), `${name}/${one}`));
  };
  return add(root, into);
}
