import { existsSync, readdirSync, readFileSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { parseXml, XmlSyntaxError } from '../../message/xml/parse.ts';
import { registryKey } from '../registry-key.ts';
import { readCar, readItemProperties } from './car.ts';
import { fileProblem, type Certainty, type Found } from './found.ts';
import { limits } from './limits.ts';

/**
 * Reading is synchronous: it happens once, before anything is served, and is faster so when the process has just begun.
 *
 * The layouts a folder may have:
 *
 *   src/main/wso2mi/{artifacts,resources}, deployment/deployment.toml    an MI project
 *   proxy-services/ sequences/ api/ ... synapse.xml                      a Synapse configuration folder
 *   anything else                                                        XML, .dbs and .car files, however deep
 */
export function readFolder(root: string, prefix: string, found: Found): void {
  const walk: Walk = { root, prefix, real: realpathSync(root), found };
  found.complete = true;
  if (existsSync(join(root, 'src/main/wso2mi'))) return readMiProject(root, walk);
  if (existsSync(join(root, 'artifacts'))) {
    // The inside of an MI project: src/main/wso2mi itself.
    if (existsSync(join(root, 'resources'))) return readMiParts(root, walk);
  }
  readLoose(root, walk);
  readSettings(root, walk);
}

interface Walk {
  readonly root: string;
  /** '' or "name/": put in front of every file's name when there are several PATHs. */
  readonly prefix: string;
  readonly real: string;
  readonly found: Found;
}

/** Folders that hold copies, tools or tests, never what is deployed. */
const SKIPPED = new Set(['node_modules', 'target', 'build', 'dist', 'test', 'tests']);
const SYNAPSE_FOLDERS = new Set(
  (
    'api endpoints event-sources imports inbound-endpoints local-entries message-processors message-stores ' +
    'priority-executors proxy-services sequences tasks templates'
  ).split(' '),
);

function readMiProject(root: string, walk: Walk): void {
  readMiParts(join(root, 'src/main/wso2mi'), walk);
  readSettings(root, walk);
}

function readMiParts(base: string, walk: Walk): void {
  for (const path of files(join(base, 'artifacts'), walk)) take(path, 'artifact', walk);
  const resources = join(base, 'resources');
  const described = readArtifactXml(join(resources, 'artifact.xml'), walk);
  for (const path of files(resources, walk)) takeResource(path, relative(resources, path), described, walk);
}

function readLoose(root: string, walk: Walk): void {
  const isSynapse = readdirSync(root).some((name) => SYNAPSE_FOLDERS.has(name) || name === 'synapse.xml');
  const certainty: Certainty = isSynapse ? 'artifact' : 'maybe';
  for (const path of files(root, walk, true)) {
    const parts = relative(root, path).split(sep);
    if (parts.includes('registry') && !isSynapse) continue;
    take(path, certainty, walk);
  }
  if (existsSync(join(root, 'registry'))) readRegistry(join(root, 'registry'), walk.prefix, walk.found);
}

/** deployment.toml, file.properties and .env, wherever the layouts put them. */
function readSettings(root: string, walk: Walk): void {
  const { found } = walk;
  const text = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  for (const path of ['deployment/deployment.toml', 'conf/deployment.toml', 'deployment.toml']) {
    const toml = text(join(root, path));
    if (toml !== undefined) found.deployment.push({ file: walk.prefix + path, text: toml });
  }
  for (const path of ['deployment/conf/file.properties', 'conf/file.properties', 'file.properties']) {
    const properties = text(join(root, path));
    if (properties !== undefined) found.fileProperties.push({ file: walk.prefix + path, text: properties });
  }
  const env = text(join(root, '.env'));
  if (env !== undefined) found.dotEnv.push(env);
}

function take(path: string, certainty: Certainty, walk: Walk): void {
  const file = displayName(path, walk);
  if (!/\.(xml|dbs|car)$/i.test(path) || /^(pom|artifacts?)\.xml$/.test(basename(path))) return;
  const bytes = readLimited(path, file, walk.found);
  if (!bytes) return;
  if (/\.car$/i.test(path)) readCar(bytes, file, basename(path).replace(/\.car$/i, ''), walk.found);
  else walk.found.sources.push({ file, bytes, certainty, application: undefined });
}

interface Described {
  readonly mediaType: string | undefined;
  readonly path: string | undefined;
  readonly properties: ReadonlyMap<string, string>;
}

function takeResource(path: string, name: string, described: ReadonlyMap<string, Described>, walk: Walk): void {
  const inside = name.split(sep).join('/');
  const file = displayName(path, walk);
  if (inside === 'artifact.xml') return;
  const bytes = readLimited(path, file, walk.found);
  if (!bytes) return;
  if (inside === 'conf/config.properties') {
    walk.found.configs.push({ file, text: new TextDecoder().decode(bytes) });
    return;
  }
  if (inside === 'conf/file.properties')
    walk.found.fileProperties.push({ file, text: new TextDecoder().decode(bytes) });
  if (/^connectors\/.*\.zip$/i.test(inside)) {
    const hint = 'Flows that use its operations name each one they use.';
    walk.found.problems.push(
      fileProblem('NOT_RUN_YET', file, 'Connectors are not run by Gantry yet.', hint, 'warning'),
    );
    return;
  }
  const entry = described.get(basename(inside));
  const placed = /^registry\/(gov|conf)\/(.*)$/.exec(inside);
  const key =
    entry?.path !== undefined && entry.path.split('/').includes('..')
      ? undefined
      : (entry?.path && registryKey(`${entry.path}/${basename(inside)}`)) ||
        registryKey(placed ? `${placed[1]}:${placed[2]}` : `resources:${inside}`);
  if (key === undefined) {
    const text = `artifact.xml puts it at "${entry?.path}", which leads out of the registry.`;
    walk.found.problems.push(fileProblem('UNSAFE_PATH', file, text, 'Correct the <path> in artifact.xml.'));
    return;
  }
  walk.found.registry.push({ key, mediaType: entry?.mediaType, bytes, properties: entry?.properties ?? new Map() });
}

/** resources/artifact.xml: media types and places of registry resources, by file name. */
function readArtifactXml(path: string, walk: Walk): ReadonlyMap<string, Described> {
  const out = new Map<string, Described>();
  if (!existsSync(path)) return out;
  const file = displayName(path, walk);
  const bytes = readLimited(path, file, walk.found);
  try {
    for (const artifact of bytes ? parseXml(bytes, { file, maxBytes: limits.xmlBytes }).elements() : []) {
      for (const item of artifact.elements().filter((e) => e.local === 'item')) {
        out.set(item.child('file')?.text.trim() ?? '', {
          mediaType: item.child('mediaType')?.text.trim() || undefined,
          path: item.child('path')?.text.trim(),
          properties: readItemProperties(item),
        });
      }
    }
  } catch (error) {
    if (!(error instanceof XmlSyntaxError)) throw error;
    const at = { file, line: error.line, column: error.column };
    walk.found.problems.push({
      code: 'BAD_XML',
      level: 'error',
      at,
      text: `This is not well-formed XML: ${error.text}`,
      hint: 'Correct it.',
    });
  }
  return out;
}

/** DIR/config, DIR/governance, DIR/local: the registry as MI keeps it on disk. */
export function readRegistry(dir: string, prefix: string, found: Found): void {
  const walk: Walk = { root: dirname(dir), prefix, real: realpathSync(dirname(dir)), found };
  for (const [folder, scheme] of [
    ['config', 'conf'],
    ['governance', 'gov'],
    ['local', 'local'],
  ] as const) {
    const base = join(dir, folder);
    if (!existsSync(base)) continue;
    for (const path of files(base, walk)) {
      const name = relative(base, path).split(sep).join('/');
      const bytes = readLimited(path, displayName(path, walk), found);
      if (bytes)
        found.registry.push({
          key: registryKey(`${scheme}:${name}`)!,
          mediaType: undefined,
          bytes,
          properties: new Map(),
        });
    }
  }
}

/** One file, given by name. */
export function readSingleFile(path: string, found: Found): void {
  const file = basename(path);
  const bytes = readLimited(path, file, found);
  if (!bytes) return;
  if (/\.car$/i.test(path)) readCar(bytes, file, file.replace(/\.car$/i, ''), found);
  else if (/\.(xml|dbs)$/i.test(path)) found.sources.push({ file, bytes, certainty: 'named', application: undefined });
  else {
    const hint = 'Give a project folder, a folder of XML, or an .xml, .dbs or .car file.';
    found.problems.push(fileProblem('NOT_AN_ARTIFACT', file, `"${file}" is no file Gantry reads.`, hint));
  }
}

function readLimited(path: string, file: string, found: Found): Uint8Array | undefined {
  try {
    const { size } = statSync(path);
    if (size > limits.fileBytes || found.seen.bytes + size > limits.projectBytes) {
      const text = `The file has ${size} bytes; a file may have ${limits.fileBytes}, a project ${limits.projectBytes}.`;
      found.problems.push(fileProblem('TOO_LARGE', file, text, 'Move what is no artifact out of the project.'));
      return undefined;
    }
    found.seen.bytes += size;
    return readFileSync(path);
  } catch (error) {
    const text = `The file cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`;
    found.problems.push(fileProblem('UNREADABLE', file, text, 'Check its permissions.'));
    return undefined;
  }
}

/**
 * Every file below, in the order of names. Hidden files are skipped, which also hides the real folders behind the
 * links of a Kubernetes volume (..data). A link that leads out of the root is refused.
 */
function* files(dir: string, walk: Walk, loose = false, depth = 0): Generator<string> {
  if (!existsSync(dir)) return;
  const { found } = walk;
  if (depth > limits.depth) {
    found.problems.push(
      fileProblem('TOO_DEEP', displayName(dir, walk), 'Folders are nested too deep.', 'It is not read further.'),
    );
    return;
  }
  for (const entry of entriesOf(dir, walk)) {
    const { name } = entry;
    if (name.startsWith('.') || (loose && SKIPPED.has(name))) continue;
    const path = join(dir, name);
    if (entry.isSymbolicLink() && !staysInside(path, walk)) {
      const text = 'The link leads out of the project; it is not followed.';
      found.problems.push(fileProblem('UNSAFE_PATH', displayName(path, walk), text, 'Copy the file into the project.'));
      continue;
    }
    const info = entry.isSymbolicLink() ? statSync(path) : entry;
    if (info.isDirectory()) {
      if (loose && existsSync(join(path, 'src/main/wso2mi'))) readMiProject(path, walk);
      else yield* files(path, walk, loose, depth + 1);
      continue;
    }
    if (!info.isFile()) continue;
    if (++found.seen.files > limits.files) {
      if (found.seen.files === limits.files + 1) {
        const hint = 'Give the folder of the project itself.';
        found.problems.push(
          fileProblem('TOO_MANY_FILES', displayName(dir, walk), `There are more than ${limits.files} files.`, hint),
        );
      }
      return;
    }
    yield path;
  }
}

function entriesOf(dir: string, walk: Walk): readonly Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const text = `The folder cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`;
    walk.found.problems.push(fileProblem('UNREADABLE', displayName(dir, walk), text, 'Check its permissions.'));
    return [];
  }
}

function staysInside(path: string, walk: Walk): boolean {
  try {
    const real = realpathSync(path);
    return real === walk.real || real.startsWith(walk.real + sep);
  } catch {
    // It leads to nothing.
    return false;
  }
}

function displayName(path: string, walk: Walk): string {
  return walk.prefix + relative(walk.root, resolve(path)).split(sep).join('/');
}
