import { join } from 'node:path/posix';
import type { ByteStream } from '../../message/body.ts';
import { prepareBody, writeBody } from '../../message/formats/write.ts';
import type { Message } from '../../message/message.ts';
import type { FileSystem } from './systems/file-system.ts';
import { partName } from './marks.ts';

/** The body of a message as a file's content, in the form its content type asks for. */
export async function contentOf(message: Message, signal?: AbortSignal): Promise<Uint8Array | ByteStream> {
  await prepareBody(message, signal);
  const { bytes, stream } = writeBody(message);
  return bytes ?? stream ?? new Uint8Array();
}

/**
 * Writes a file so that nobody sees half of it: under another name first, then renamed over the old one. What is added
 * to a file is added in place.
 */
export async function putFile(
  files: FileSystem,
  path: string,
  content: Uint8Array | ByteStream,
  { append, before }: { readonly append: boolean; readonly before?: () => void },
): Promise<void> {
  if (append) return files.write(path, content, { append });
  const part = partName(path);
  try {
    await files.write(part, content);
    before?.();
    await files.replace(part, path);
  } catch (error) {
    await files.remove(part).catch(() => {});
    throw error;
  }
}

/** Moves within one file system without overwriting: a.csv, a.csv.1, a.csv.2. False when it was gone. */
export async function moveAside(files: FileSystem, from: string, folder: string, name: string): Promise<boolean> {
  for (let n = 0; ; n++) {
    const done = await files.rename(from, join(folder, n === 0 ? name : `${name}.${n}`));
    if (done !== 'taken') return done === 'renamed';
    if (n >= 10_000) throw new Error(`${join(folder, name)} and ten thousand others of that name are there already`);
  }
}

/** Moves to another file system: copied under another name, renamed, then removed here. */
export async function moveAcross(
  from: { readonly files: FileSystem; readonly path: string },
  to: { readonly files: FileSystem; readonly folder: string; readonly name: string },
): Promise<boolean> {
  if (!(await from.files.stat(from.path))) return false;
  const part = partName(join(to.folder, to.name));
  try {
    await to.files.write(part, await from.files.read(from.path));
    await moveAside(to.files, part, to.folder, to.name);
  } catch (error) {
    await to.files.remove(part).catch(() => {});
    throw error;
  }
  return from.files.remove(from.path);
}
