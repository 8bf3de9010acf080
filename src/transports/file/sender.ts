import { join } from 'node:path/posix';
import type { Outgoing, Sender } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import { BadAddress, parseFileAddress, serverOf, type FileAddress } from './address.ts';
import { accessOf, connectFiles, explainFileError } from './systems/connect.ts';
import type { FileSystem } from './systems/file-system.ts';
import { contentOf, putFile } from './writing.ts';

/**
 * Writes messages to files: `vfs:file:///out`, `vfs:sftp://user@host/out?transport.vfs.Append=true`. One-way.
 * Options of the address: transport.vfs.Append, .ReplyFileName, .CreateFolder, and those that log in.
 * Source: Synapse VFSTransportSender, VFSOutTransportInfo.
 */
export function createFileSender(): Sender {
  const connections = new Connections();
  return {
    schemes: ['vfs'],
    async send(outgoing) {
      const address = addressOf(outgoing);
      const content = await contentOf(outgoing.message, outgoing.signal);
      const write = async (files: FileSystem): Promise<void> => {
        const path = await pathOf(files, address, outgoing.message);
        const append = says(address, 'Append');
        const before = (): void => {
          outgoing.signal.throwIfAborted();
          outgoing.message.conversation.fence?.assert();
        };
        before();
        await putFile(files, path, content, { append, before });
      };
      // What was read from a stream is not there a second time; what was added may be there already.
      const again = content instanceof Uint8Array && !says(address, 'Append');
      // Whoever is aborted does not wait for a server that hangs; what is written then never gets its name.
      await unlessAborted(connections.use(address, write, again), outgoing.signal);
      return undefined;
    },
    close: () => connections.close(),
  };
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(Fault.from(signal.reason));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function addressOf({ url }: Outgoing): FileAddress {
  try {
    return parseFileAddress(url.href);
  } catch (error) {
    if (!(error instanceof BadAddress)) throw error;
    throw new Fault('SEND_FAILED', { text: `An address of files cannot be used: ${error.message}.` });
  }
}

/** Into the folder when there is one of that name, else as that file. */
async function pathOf(files: FileSystem, address: FileAddress, message: Message): Promise<string> {
  const { path } = address;
  if (says(address, 'CreateFolder')) await files.makeFolder(path);
  return (await files.isFolder(path)) ? join(path, nameOf(address, message)) : path;
}

/** The header transport.vfs.ReplyFileName before the option of that name; never a path that leads elsewhere. */
function nameOf({ options }: FileAddress, { headers }: Message): string {
  const name = headers.get('transport.vfs.ReplyFileName') ?? options.get('transport.vfs.ReplyFileName');
  if (name !== undefined && name.split('/').includes('..'))
    throw new Fault('SEND_FAILED', { text: `"${name}" is not a name for a file: it leads out of the folder.` });
  return name || 'response.xml';
}

const says = ({ options }: FileAddress, name: string): boolean =>
  (options.get(`transport.vfs.${name}`) ?? '').toLowerCase() === 'true';

/** A connection a server, kept for the next message. */
class Connections {
  readonly #open = new Map<string, Promise<FileSystem>>();

  /** `again`: once more over a new connection when one that was kept turns out to be dead. */
  async use(address: FileAddress, work: (files: FileSystem) => Promise<void>, again: boolean): Promise<void> {
    const key = JSON.stringify([serverOf(address), address.password, ...address.options]);
    const kept = this.#open.get(key);
    const opening = kept ?? this.#connect(key, address);
    let files: FileSystem;
    try {
      files = await opening;
    } catch (error) {
      this.#open.delete(key);
      throw faultOf('CONNECTION_FAILED', address, error);
    }
    try {
      await work(files);
    } catch (error) {
      if (Fault.is(error) || address.scheme === 'file') throw faultOf('SEND_FAILED', address, error);
      // Nobody knows what state it is in.
      if (this.#open.get(key) === opening) this.#open.delete(key);
      await files.close();
      if (kept && again) return this.use(address, work, false);
      throw faultOf('SEND_FAILED', address, error);
    }
  }

  async close(): Promise<void> {
    const closing = [...this.#open.values()].map((opening) => opening.then((files) => files.close()));
    this.#open.clear();
    await Promise.allSettled(closing);
  }

  #connect(key: string, address: FileAddress): Promise<FileSystem> {
    const opening = connectFiles(address, accessOf(address), () => {
      if (this.#open.get(key) === opening) this.#open.delete(key);
    });
    this.#open.set(key, opening);
    return opening;
  }
}

function faultOf(code: string, address: FileAddress, error: unknown): Fault {
  if (Fault.is(error)) return error;
  if ((error as Error).name === 'AbortError') return Fault.from(error);
  const detail = { server: serverOf(address), path: address.path, reason: explainFileError(error) };
  return new Fault(code, { detail, retry: 'again', cause: error });
}
