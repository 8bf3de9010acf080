/** The image that is deployed: one that is named, or one that is made here and sent to where the nodes find it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  fullName,
  ImageError,
  parseReference,
  push,
  toName,
  writeLayout,
  type Reference,
} from '../../../../deploy/kubernetes/index.ts';
import { textOption, type ParsedLine } from '../../options.ts';
import { UsageError } from '../../usage.ts';
import type { Deployable, Told } from '../deployable.ts';
import { buildFrom } from '../image.ts';

/** Throws UsageError when the line does not say where the image is to come from. */
export function checkImageOptions(line: ParsedLine): void {
  const given = ['image', 'push', 'load'].filter((name) => line.values[name] !== undefined);
  if (given.length === 1 || (given.length === 0 && line.values['dry-run'] === true)) return;
  if (given.length > 1) throw new UsageError(`--${given.join(' and --')} do not go together.`, 'Say one of them.');
  throw new UsageError(
    'The nodes must get the image from somewhere.',
    "--push REGISTRY makes it and sends it there; --image REF takes one that is there; --load 'kind load image-archive' gives a test cluster the file.",
  );
}

/** What the pods are to run; undefined where only --dry-run asks. */
export async function deliverImage(line: ParsedLine, deployable: Deployable, told: Told): Promise<string | undefined> {
  const named = textOption(line, 'image');
  const registry = textOption(line, 'push');
  const command = textOption(line, 'load');
  if (named !== undefined || (registry === undefined && command === undefined) || line.values['dry-run'] === true)
    return named;
  const { image, sizes } = await buildFrom(line, deployable);
  const { digest } = image.manifest.descriptor;
  // A tag that no other image ever has: nodes that have one of that name keep it.
  const tag = `${toName(deployable.project.name)}:${digest.slice('sha256:'.length).slice(0, 12)}`;
  if (registry !== undefined) {
    const reference = referenceOf(`${registry.replace(/\/$/, '')}/${tag}`);
    const { sent } = await push(image, reference);
    told.warn(
      `pushed ${fullName(reference)}: ${megabytes(sent)} of ${megabytes(sizes.base + sizes.runtime + sizes.artifacts)}`,
    );
    return fullName({ ...reference, digest });
  }
  const reference = referenceOf(`gantry.local/${tag}`);
  const folder = mkdtempSync(join(tmpdir(), 'gantry-image-'));
  try {
    const archive = join(folder, 'image.tar');
    await writeLayout(image, reference, archive);
    await load(command!, archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  told.warn(`loaded ${fullName(reference)}`);
  return fullName(reference);
}

function referenceOf(text: string): Reference {
  const reference = parseReference(text);
  if (reference?.digest === undefined && reference !== undefined) return reference;
  throw new UsageError(`"${text}" cannot name an image.`, '--push registry.example.com/acme');
}

/** The command's words, then the archive. No shell: nothing in a path is anything but a path. */
function load(command: string, archive: string): Promise<void> {
  const [program, ...args] = command.split(/\s+/).filter((word) => word !== '');
  if (program === undefined) throw new UsageError('--load takes a command.', "--load 'kind load image-archive'");
  return new Promise((resolve, reject) => {
    execFile(program, [...args, archive], { timeout: 300_000, maxBuffer: 2 ** 22 }, (error, stdout, stderr) => {
      if (!error) return resolve();
      const said = (stderr || stdout || error.message).trim().split('\n').slice(-5).join('\n');
      const text = `"${command}" did not take the image: ${said}`;
      reject(
        new ImageError('LOAD_FAILED', text, 'It is called with the path of an OCI archive as its last word.', error),
      );
    });
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
