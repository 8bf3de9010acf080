import { registryBeside } from '../../../artifacts/project/load.ts';
import {
  buildImage,
  bundleFolder,
  defaultImage,
  dockerfile,
  fullName,
  ImageError,
  parseReference,
  push,
  toName,
  writeLayout,
  type BuiltImage,
  type Reference,
} from '../../../deploy/kubernetes/index.ts';
import { digestOf } from '../../../digest.ts';
import { version } from '../../../runtime/version.ts';
import { parseLine, textOption, wordOption, type OptionSpec, type ParsedLine } from '../options.ts';
import { problemLine } from '../problems.ts';
import { exitCode, UsageError } from '../usage.ts';
import { linePaths, readDeployable, terminal, type Deployable, type Told } from './deployable.ts';

export const imageOptions: OptionSpec = {
  tag: { type: 'string' },
  base: { type: 'string' },
  output: { type: 'string', short: 'o' },
  push: { type: 'string' },
  dockerfile: { type: 'boolean' },
  'runtime-only': { type: 'boolean' },
  registry: { type: 'string' },
  'env-file': { type: 'string' },
  format: { type: 'string' },
};

/** `gantry image PATH...`: an OCI image of the project, made without Docker; written to a file or sent to a registry. */
export async function runImage(args: readonly string[], told: Told = terminal): Promise<number> {
  const isRuntime = args.includes('--runtime-only');
  const line = isRuntime ? parseLine(args, imageOptions) : linePaths(args, imageOptions, 'image');
  if (isRuntime && line.paths.length > 0)
    throw new UsageError('--runtime-only takes no PATH.', 'Its artifacts come as a volume, or it is the operator.');
  const format = wordOption(line, 'format', ['text', 'json'], 'text');
  const deployable = isRuntime ? nothing : await readDeployable(line);
  const { problems, project } = deployable;
  for (const problem of problems) if (problem.level !== 'info') told.warn(problemLine(problem));
  if (problems.some((problem) => problem.level === 'error')) return exitCode.failed;
  const reference = referenceOf(line, deployable);
  try {
    if (line.values['dockerfile'] === true) {
      const bundle = bundleFolder(process.argv[1]!);
      told.print(dockerfile({ project: toName(project.name), node: process.versions.node, bundle }));
      return exitCode.ok;
    }
    told.print(await deliver(line, await buildFrom(line, deployable), reference, format));
    return exitCode.ok;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    told.warn(`gantry: ${error.code} ${error.message} ${error.hint}`);
    return exitCode.failed;
  }
}

/** The image of a command that takes PATHs, --registry and --base. Rejects with ImageError. */
export function buildFrom(line: ParsedLine, { project }: Deployable): Promise<BuiltImage> {
  return buildImage({
    paths: line.paths,
    registryDir: textOption(line, 'registry') ?? line.paths.map(registryBeside).find((dir) => dir !== undefined),
    base: textOption(line, 'base') ?? 'host',
    program: process.argv[1]!,
    project,
    version,
  });
}

/** What an image of the runtime alone has inside: for the operator, and for artifacts that come as a volume. */
const nothing: Deployable = {
  project: {
    name: 'gantry',
    artifacts: [],
    registry: [],
    configs: new Map(),
    fileProperties: new Map(),
    deployment: {},
    problems: [],
    digest: digestOf([]),
  },
  problems: [],
  environment: {},
};

/** --tag, with the registry of --push in front of it. */
function referenceOf(line: ParsedLine, { project }: Deployable): Reference {
  const own = project === nothing.project ? `gantry:${version}` : defaultImage(toName(project.name), project.digest);
  const tag = textOption(line, 'tag') ?? own;
  const registry = textOption(line, 'push');
  const text = registry === undefined ? tag : `${registry.replace(/\/$/, '')}/${tag}`;
  const reference = parseReference(text);
  if (reference !== undefined && reference.digest === undefined) return reference;
  throw new UsageError(
    `"${text}" cannot name an image.`,
    'HOST/NAME:TAG in lower case, the registry by --push: --push registry.example.com/acme.',
  );
}

async function deliver(
  line: ParsedLine,
  built: BuiltImage,
  reference: Reference,
  format: 'text' | 'json',
): Promise<string> {
  const { image, sizes, base } = built;
  const { digest } = image.manifest.descriptor;
  const sent = line.values['push'] === undefined ? undefined : await push(image, reference);
  const output =
    textOption(line, 'output') ??
    (sent === undefined ? `${reference.repository.split('/').at(-1)}.oci.tar` : undefined);
  if (output !== undefined) await writeLayout(image, reference, output);
  const name = fullName(reference);
  const total = sizes.base + sizes.runtime + sizes.artifacts;
  if (format === 'json') return JSON.stringify({ image: name, digest, base: base.name, sizes, output, pushed: sent });
  return [
    `${name}@${digest}`,
    `  ${megabytes(total)}: base ${megabytes(sizes.base)} (${base.name}), Gantry ${megabytes(sizes.runtime)}, artifacts ${(sizes.artifacts / 1e3).toFixed(1)} kB`,
    ...(sent === undefined ? [] : [`  pushed ${megabytes(sent.sent)}; ${sent.skipped} parts were there already`]),
    ...(output === undefined ? [] : [`  written to ${output}`]),
  ].join('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
