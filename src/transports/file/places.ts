import { isSameServer, type FileAddress } from './address.ts';
import { connectFiles } from './systems/connect.ts';
import type { FileSystem } from './systems/file-system.ts';
import type { FileAccess } from './parameters.ts';
import { moveAcross, moveAside } from './writing.ts';

/**
 * The folders one consumer has to do with, over as few connections as can be: what lies on the server that is watched
 * goes over the same one.
 */
export class Places {
  readonly source: FileSystem;
  readonly #address: FileAddress;
  readonly #access: FileAccess;
  readonly #others = new Map<string, Promise<FileSystem>>();
  readonly #made = new Set<string>();

  constructor(source: FileSystem, address: FileAddress, access: FileAccess) {
    this.source = source;
    this.#address = address;
    this.#access = access;
  }

  /** The file system that has the folder, and the folder in it, made when it was not there. */
  async folder(address: FileAddress, below?: string): Promise<{ readonly files: FileSystem; readonly folder: string }> {
    const files = await this.#filesOf(address);
    const folder = below === undefined ? address.path : `${address.path}/${below}`;
    const key = `${address.scheme}://${address.host}${folder}`;
    if (!this.#made.has(key)) {
      await files.makeFolder(folder);
      this.#made.add(key);
    }
    return { files, folder };
  }

  /** Moves a file of the source there, without overwriting. False when it was gone. */
  async move(from: string, to: FileAddress, below: string | undefined, name: string): Promise<boolean> {
    const { files, folder } = await this.folder(to, below);
    try {
      return files === this.source
        ? await moveAside(files, from, folder, name)
        : await moveAcross({ files: this.source, path: from }, { files, folder, name });
    } catch (error) {
      // Someone may have taken the folder away.
      this.#made.clear();
      if (files !== this.source) await this.#forget(to);
      throw error;
    }
  }

  async close(): Promise<void> {
    const closing = [...this.#others.values()].map((opening) => opening.then((files) => files.close()));
    await Promise.allSettled(closing);
    await this.source.close();
  }

  #filesOf(address: FileAddress): Promise<FileSystem> {
    if (isSameServer(address, this.#address)) return Promise.resolve(this.source);
    const key = keyOf(address);
    let files = this.#others.get(key);
    if (!files) {
      files = connectFiles(address, this.#access, () => this.#others.delete(key));
      files.catch(() => this.#others.delete(key));
      this.#others.set(key, files);
    }
    return files;
  }

  async #forget(address: FileAddress): Promise<void> {
    const files = this.#others.get(keyOf(address));
    this.#others.delete(keyOf(address));
    await files?.then((one) => one.close()).catch(() => {});
  }
}

function keyOf({ scheme, host, port, user }: FileAddress): string {
  return `${scheme}://${user ?? ''}@${host}:${port ?? ''}`;
}
