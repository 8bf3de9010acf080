import { isIP } from 'node:net';
import { posix } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import type { Client, FileInfo } from 'basic-ftp';
import {
  isWanted,
  toldWhenRead,
  type FileSystem,
  type FoundFile,
  type ListOptions,
  type Renamed,
} from './file-system.ts';

export interface FtpAccess {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string;
  readonly password: string;
  /** explicit: AUTH TLS on the usual port; implicit: TLS from the first byte, port 990. */
  readonly tls: 'none' | 'explicit' | 'implicit';
  /** Who is trusted instead of the usual CAs, and what is shown. */
  readonly tlsFiles: Pick<ConnectionOptions, 'ca' | 'allowPartialTrustChain' | 'cert' | 'key' | 'passphrase'>;
  readonly checksCertificate: boolean;
  readonly fromHome: boolean;
}

/** Logs in. An FTP connection does one thing at a time: what is asked meanwhile waits. */
export async function connectFtp(access: FtpAccess): Promise<FileSystem> {
  const client = await login(access);
  const home = access.fromHome ? await client.pwd() : '/';
  return new FtpFiles(client, home, () => login(access));
}

async function login({ host, port, user, password, tls, tlsFiles, checksCertificate }: FtpAccess): Promise<Client> {
  const { Client: FtpClient } = await import('basic-ftp');
  const client = new FtpClient(30_000);
  try {
    await client.access({
      host,
      ...(port === undefined ? {} : { port }),
      user,
      password,
      secure: tls === 'implicit' ? 'implicit' : tls === 'explicit',
      secureOptions: {
        host,
        // A name to ask for; an address must not stand here (RFC 6066 section 3).
        ...(isIP(host) === 0 ? { servername: host } : {}),
        rejectUnauthorized: checksCertificate,
        ...tlsFiles,
      },
    });
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

class FtpFiles implements FileSystem {
  readonly #client: Client;
  readonly #home: string;
  readonly #another: () => Promise<Client>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: Client, home: string, another: () => Promise<Client>) {
    this.#client = client;
    this.#home = home.replace(/\/$/, '');
    this.#another = another;
  }

  list(path: string, options: ListOptions): Promise<readonly FoundFile[] | undefined> {
    return this.#alone(async (client) => {
      const isFolder = await client.cd(this.#at(path)).then(() => true, unlessMissing(false));
      if (isFolder) return this.#listFolder(client, path, options);
      const file = await this.#statIn(client, path);
      return file && [file];
    });
  }

  isFolder(path: string): Promise<boolean> {
    return this.#alone((client) => client.cd(this.#at(path)).then(() => true, unlessMissing(false)));
  }

  async #listFolder(client: Client, path: string, options: ListOptions): Promise<FoundFile[]> {
    // Servers differ in what they make of a path after LIST, above all with a blank in it; all list where one is.
    await client.cd(this.#at(path));
    const files: FoundFile[] = [];
    for (const entry of await client.list()) {
      const inside = posix.join(path, entry.name);
      if (entry.isDirectory && options.deep && !/^\.\.?$/.test(entry.name))
        files.push(...(await this.#listFolder(client, inside, options)));
      if (entry.isFile && isWanted(options, entry.name, files.length)) files.push(found(inside, entry));
    }
    return files;
  }

  stat(path: string): Promise<FoundFile | undefined> {
    return this.#alone((client) => this.#statIn(client, path));
  }

  async #statIn(client: Client, path: string): Promise<FoundFile | undefined> {
    const size = await client.size(this.#at(path)).catch(unlessMissing(undefined));
    if (size === undefined) return undefined;
    const modified = await client.lastMod(this.#at(path)).catch(unlessMissing(new Date(0)));
    return { path, name: posix.basename(path), size, modifiedAt: modified.getTime() };
  }

  readWhole(path: string): Promise<Uint8Array | undefined> {
    return this.#alone(async (client) => {
      const parts: Buffer[] = [];
      const into = new PassThrough().on('data', (part: Buffer) => parts.push(part));
      const missing = await client.downloadTo(into, this.#at(path)).then(() => false, unlessMissing(true));
      return missing ? undefined : Buffer.concat(parts);
    });
  }

  /** Over a connection of its own: the first stays free, and one that is given up is cut. */
  async read(path: string): Promise<Readable> {
    const client = await this.#another();
    const stream = new PassThrough({ highWaterMark: 256 * 1024 });
    stream.once('close', () => client.close());
    stream.on('error', toldWhenRead);
    client.downloadTo(stream, this.#at(path)).catch((error: unknown) => stream.destroy(error as Error));
    return stream;
  }

  write(
    path: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    { append = false }: { readonly append?: boolean } = {},
  ): Promise<void> {
    return this.#alone(async (client) => {
      const from = Readable.from(content instanceof Uint8Array ? [content] : content, { objectMode: false });
      await (append ? client.appendFrom(from, this.#at(path)) : client.uploadFrom(from, this.#at(path)));
    });
  }

  /** Most servers overwrite: what is there is looked for first, which another client can be faster than. */
  rename(from: string, to: string): Promise<Renamed> {
    return this.#alone(async (client) =>
      (await this.#statIn(client, to)) ? 'taken' : this.#replaceIn(client, from, to),
    );
  }

  replace(from: string, to: string): Promise<Exclude<Renamed, 'taken'>> {
    return this.#alone((client) => this.#replaceIn(client, from, to));
  }

  async #replaceIn(client: Client, from: string, to: string): Promise<Exclude<Renamed, 'taken'>> {
    try {
      await client.rename(this.#at(from), this.#at(to));
      return 'renamed';
    } catch (error) {
      // Which number says that someone was faster differs among servers, and between RNFR and RNTO.
      if (isRefusal(error) && !(await this.#statIn(client, from))) return 'gone';
      throw error;
    }
  }

  remove(path: string): Promise<boolean> {
    return this.#alone(async (client) => {
      try {
        await client.remove(this.#at(path));
        return true;
      } catch (error) {
        if (isMissing(error) && !(await this.#statIn(client, path))) return false;
        throw error;
      }
    });
  }

  makeFolder(path: string): Promise<void> {
    return this.#alone((client) => client.ensureDir(this.#at(path)));
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #alone<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const done = this.#last.then(() => work(this.#client));
    this.#last = done.catch(() => {});
    return done;
  }

  #at(path: string): string {
    return this.#home + path;
  }
}

function found(path: string, { name, size, modifiedAt }: FileInfo): FoundFile {
  return { path, name, size, modifiedAt: modifiedAt?.getTime() ?? 0 };
}

/** 550: not there, or not allowed; servers do not tell which. */
function isMissing(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 550;
}

function isRefusal(error: unknown): boolean {
  return typeof (error as { readonly code?: unknown }).code === 'number';
}

function unlessMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (!isMissing(error)) throw error;
    return instead;
  };
}
