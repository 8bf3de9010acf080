import { connect } from 'node:net';
import { basename, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type SftpClient from 'ssh2-sftp-client';
import { isTrusted, type HostTrust } from './known-hosts.ts';
import {
  isWanted,
  toldWhenRead,
  type FileSystem,
  type FoundFile,
  type ListOptions,
  type Renamed,
} from './file-system.ts';

export interface SftpAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  /** PEM or OpenSSH format. */
  readonly privateKey: Uint8Array | undefined;
  readonly passphrase: string | undefined;
  readonly trust: HostTrust;
  /** Paths begin in the user's folder instead of the server's root. */
  readonly fromHome: boolean;
}

type Sftp = Awaited<ReturnType<SftpClient['connect']>>;
/** What its callbacks are given: attributes, and the entries of a folder. */
type Stats = Parameters<Parameters<Sftp['stat']>[1]>[1];
type Entries = Parameters<Parameters<Sftp['readdir']>[1]>[1];

const lost = 'the connection to the server was lost';

/** Codes of SSH_FXP_STATUS. Source: draft-ietf-secsh-filexfer-02 section 7. */
const noSuchFile = 2;

/** Logs in. Rejects with a sentence that has no password in it. */
export async function connectSftp(access: SftpAccess, onLost: () => void): Promise<FileSystem> {
  const { default: Client } = await import('ssh2-sftp-client');
  // Without callbacks of its own the client writes to the console.
  const client = new Client('gantry', { error: onLost, end: onLost, close: onLost });
  // Without noDelay each answer waits 40 ms for an acknowledgement that the other side holds back.
  const sock = connect({ host: access.host, port: access.port, noDelay: true });
  const connecting = client.connect({
    sock,
    username: access.user,
    ...(access.password === undefined ? {} : { password: access.password }),
    ...(access.privateKey === undefined ? {} : { privateKey: Buffer.from(access.privateKey) }),
    ...(access.passphrase === undefined ? {} : { passphrase: access.passphrase }),
    hostVerifier: (key: Buffer) => isTrusted(access.trust, access.host, access.port, key),
    readyTimeout: 20_000,
    // A server that hangs is noticed after half a minute.
    keepaliveInterval: 10_000,
    keepaliveCountMax: 3,
  });
  const sftp = await connecting.catch((error: unknown) => {
    // A key that cannot be read is refused before anything is sent: the connection would stay.
    sock.destroy();
    throw error;
  });
  const home = access.fromHome ? await promisify(sftp.realpath.bind(sftp))('.') : '/';
  return new SftpFiles(sftp, home, async () => void (await client.end().catch(() => false)));
}

class SftpFiles implements FileSystem {
  readonly #sftp: Sftp;
  readonly #home: string;
  readonly #end: () => Promise<void>;
  readonly #open = new Set<{ destroy(why: Error): unknown }>();
  /** Questions that are not answered yet: once the connection is lost, ssh2 never does. */
  readonly #asked = new Set<(why: Error) => void>();
  #lost = false;

  constructor(sftp: Sftp, home: string, end: () => Promise<void>) {
    this.#sftp = sftp;
    this.#home = home.replace(/\/$/, '');
    this.#end = end;
    sftp.once('close', () => {
      this.#lost = true;
      for (const giveUp of this.#asked) giveUp(new Error(lost));
      // A stream waits for ever for what a lost connection still owed.
      for (const stream of this.#open) stream.destroy(new Error(lost));
    });
  }

  async list(path: string, options: ListOptions): Promise<readonly FoundFile[] | undefined> {
    const kind = await this.#attributes(path);
    if (kind?.isFile()) return [found(path, kind)];
    return kind && this.#listFolder(path, options);
  }

  async #listFolder(path: string, options: ListOptions): Promise<FoundFile[]> {
    const files: FoundFile[] = [];
    for (const { filename, attrs } of await this.#readdir(path)) {
      if (filename === '.' || filename === '..') continue;
      const inside = posix.join(path, filename);
      if (attrs.isDirectory() && options.deep) files.push(...(await this.#listFolder(inside, options)));
      if (attrs.isFile() && isWanted(options, filename, files.length)) files.push(found(inside, attrs));
    }
    return files;
  }

  async stat(path: string): Promise<FoundFile | undefined> {
    const attributes = await this.#attributes(path);
    return attributes?.isFile() ? found(path, attributes) : undefined;
  }

  async isFolder(path: string): Promise<boolean> {
    return (await this.#attributes(path))?.isDirectory() ?? false;
  }

  async readWhole(path: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#ask<Buffer>((done) => this.#sftp.readFile(this.#at(path), done));
    } catch (error) {
      return goneOr(error);
    }
  }

  async read(path: string): Promise<Readable> {
    const stream = this.#sftp.createReadStream(this.#at(path), { highWaterMark: 256 * 1024 }) as unknown as Readable;
    this.#open.add(stream);
    return stream.on('error', toldWhenRead).once('close', () => this.#open.delete(stream));
  }

  async write(
    path: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    { append = false }: { readonly append?: boolean } = {},
  ): Promise<void> {
    const to = this.#sftp.createWriteStream(this.#at(path), { flags: append ? 'a' : 'w' });
    const parts = content instanceof Uint8Array ? [content] : content;
    this.#open.add(to);
    try {
      await pipeline(Readable.from(parts, { objectMode: false }), to as unknown as NodeJS.WritableStream);
    } finally {
      this.#open.delete(to);
    }
  }

  /** A server fails when the new name is taken. Source: draft-ietf-secsh-filexfer-02 section 6.5, OpenSSH's process_rename. */
  rename(from: string, to: string): Promise<Renamed> {
    return this.#renamed(() => this.#ask((done) => this.#sftp.rename(this.#at(from), this.#at(to), done)), from, to);
  }

  async replace(from: string, to: string): Promise<Exclude<Renamed, 'taken'>> {
    // posix-rename@openssh.com where the server has it; elsewhere the name has to be free.
    const replace = (): Promise<void> =>
      this.#ask((done) => this.#sftp.ext_openssh_rename(this.#at(from), this.#at(to), done));
    const done = await this.#renamed(replace, from, to).catch(unlessUnsupported);
    if (done === 'renamed' || done === 'gone') return done;
    const plain = await this.rename(from, to);
    if (plain !== 'taken') return plain;
    await this.remove(to);
    return (await this.rename(from, to)) === 'renamed' ? 'renamed' : 'gone';
  }

  async #renamed(rename: () => Promise<void>, from: string, to: string): Promise<Renamed> {
    try {
      await rename();
      return 'renamed';
    } catch (error) {
      // The status says little: "Failure" is all there is for a name that is taken.
      if (codeOf(error) === unsupported || typeof codeOf(error) !== 'number') throw error;
      if (!(await this.stat(from))) return 'gone';
      if (await this.#attributes(to)) return 'taken';
      throw error;
    }
  }

  async remove(path: string): Promise<boolean> {
    try {
      await this.#ask((done) => this.#sftp.unlink(this.#at(path), done));
      return true;
    } catch (error) {
      goneOr(error);
      return false;
    }
  }

  async makeFolder(path: string): Promise<void> {
    if (path === '/' || (await this.#attributes(path))?.isDirectory()) return;
    await this.makeFolder(posix.dirname(path));
    await this.#ask((done) => this.#sftp.mkdir(this.#at(path), done)).catch(async (error: unknown) => {
      // Another replica may have been faster.
      if (!(await this.#attributes(path))?.isDirectory()) throw error;
    });
  }

  close(): Promise<void> {
    return this.#end();
  }

  async #attributes(path: string): Promise<Stats | undefined> {
    try {
      return await this.#ask<Stats>((done) => this.#sftp.stat(this.#at(path), done));
    } catch (error) {
      return goneOr(error);
    }
  }

  #readdir(path: string): Promise<Entries> {
    return this.#ask((done) => this.#sftp.readdir(this.#at(path), done));
  }

  #ask<T = void>(start: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(new Error(lost));
      this.#asked.add(reject);
      start((error, value) => {
        this.#asked.delete(reject);
        if (error) reject(error);
        else resolve(value as T);
      });
    });
  }

  #at(path: string): string {
    return this.#home + path;
  }
}

const unsupported = 8;

function unlessUnsupported(error: unknown): 'unsupported' {
  const { message } = error as Error;
  if (codeOf(error) !== unsupported && !/does not support/i.test(message)) throw error;
  return 'unsupported';
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}

function goneOr(error: unknown): undefined {
  if (codeOf(error) !== noSuchFile) throw error;
}

function found(path: string, { size, mtime }: Pick<Stats, 'size' | 'mtime'>): FoundFile {
  return { path, name: basename(path), size, modifiedAt: mtime * 1_000 };
}
