import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, link, mkdir, opendir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isWanted, toldWhenRead, type FileSystem, type FoundFile, type Renamed } from './file-system.ts';

/** Folders of this machine, mounted ones too. */
export const localFiles: FileSystem = {
  async list(path, options) {
    const folder = await opendir(path, { recursive: options.deep, bufferSize: 512 }).catch(
      unlessCode('ENOENT', 'ENOTDIR'),
    );
    if (!folder) {
      const file = await this.stat(path);
      return file && [file];
    }
    const paths: string[] = [];
    for await (const entry of folder) {
      if (entry.isFile() && isWanted(options, entry.name, paths.length)) paths.push(join(entry.parentPath, entry.name));
    }
    const files = await Promise.all(paths.map((each) => this.stat(each)));
    // One may be gone by now: someone else's file.
    return files.filter((file) => file !== undefined);
  },

  async stat(path): Promise<FoundFile | undefined> {
    const found = await stat(path).catch(unlessCode('ENOENT', 'ENOTDIR'));
    return found?.isFile()
      ? { path, name: basename(path), size: found.size, modifiedAt: Math.trunc(found.mtimeMs) }
      : undefined;
  },

  async isFolder(path) {
    return (await stat(path).catch(unlessCode('ENOENT', 'ENOTDIR')))?.isDirectory() ?? false;
  },

  readWhole: (path) => readFile(path).catch(unlessCode('ENOENT')),

  async read(path) {
    return createReadStream(path, { highWaterMark: 256 * 1024 }).on('error', toldWhenRead);
  },

  async write(path, content, { append = false } = {}) {
    const flags = append ? 'a' : 'w';
    if (content instanceof Uint8Array) return writeFile(path, content, { flag: flags });
    await pipeline(Readable.from(content, { objectMode: false }), createWriteStream(path, { flags }));
  },

  /** link fails when the name is taken, where rename would overwrite. Of two that link, one finds nothing to unlink. */
  async rename(from, to): Promise<Renamed> {
    try {
      await link(from, to);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' && (await stat(dirname(to)).catch(unlessCode('ENOENT')))) return 'gone';
      if (code === 'EEXIST') return 'taken';
      if (code === 'EXDEV') return copyAcross(from, to);
      if (code !== 'EPERM' && code !== 'ENOTSUP') throw error;
      // A file system without links: what is there is looked for first.
      if (await stat(to).catch(unlessCode('ENOENT'))) return 'taken';
      return this.replace(from, to);
    }
    if (await this.remove(from)) return 'renamed';
    await unlink(to).catch(unlessCode('ENOENT'));
    return 'gone';
  },

  async replace(from, to) {
    try {
      await rename(from, to);
      return 'renamed';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !(await stat(from).catch(unlessCode('ENOENT'))))
        return 'gone';
      throw error;
    }
  },

  async remove(path) {
    return (await unlink(path).then(() => true, unlessCode('ENOENT'))) ?? false;
  },

  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },

  close: () => Promise.resolve(),
};

async function copyAcross(from: string, to: string): Promise<Renamed> {
  if (await stat(to).catch(unlessCode('ENOENT'))) return 'taken';
  await copyFile(from, to);
  return (await localFiles.remove(from)) ? 'renamed' : 'gone';
}

/** For catch: those codes become undefined, others are thrown on. */
function unlessCode(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  };
}
