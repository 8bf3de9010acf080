import { fileURLToPath } from 'node:url';

/**
 * Where files are, as an artifact writes it. Source: commons-vfs URIs as Synapse takes them.
 *
 *   [vfs:] file:///home/in        [vfs:] /home/in
 *   [vfs:] sftp://user:pass%40word@host:22/in ? name=value & ...
 *   .../*   at the end asks for sub-folders too
 *
 * Characters of a user or password that mean something in a URI are written %40 (@), %3A (:), %2F (/).
 */
export interface FileAddress {
  readonly scheme: 'file' | 'sftp' | 'ftp' | 'ftps';
  /** '' for this machine. */
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Absolute, decoded, without a slash at the end. */
  readonly path: string;
  readonly deep: boolean;
  /** What follows the question mark: transport.vfs.Append, sftpPathFromRoot, ... */
  readonly options: ReadonlyMap<string, string>;
}

/** Why an address cannot be used, as the end of "... but ". */
export class BadAddress extends Error {}

const remote = /^(sftp|ftp|ftps):\/\/(?:([^@/]*)@)?(\[[^\]]+\]|[^:/]*)(?::(\d+))?(\/.*)?$/i;

/** Throws BadAddress. */
export function parseFileAddress(written: string): FileAddress {
  const [bare, options] = splitOptions(written.trim().replace(/^vfs:(?:\/\/(?=\w+:))?/i, ''));
  const deep = bare.endsWith('/*');
  const address = deep ? bare.slice(0, -2) : bare;
  const here = { host: '', port: undefined, user: undefined, password: undefined, deep, options };
  if (address.startsWith('/')) return { ...here, scheme: 'file', path: trimmed(address) };
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address)?.[1]?.toLowerCase();
  if (scheme === 'file') return { ...here, scheme, path: localPath(address) };
  if (scheme?.startsWith('smb')) {
    throw new BadAddress('Gantry does not speak SMB: mount the share and give its folder');
  }
  const found = remote.exec(address);
  if (!found || found[3] === '') {
    throw new BadAddress('it has to be a folder such as file:///home/in, sftp://user@host/in or ftp://user@host/in');
  }
  const [, word, login, host, port, path = '/'] = found;
  const colon = login?.indexOf(':') ?? -1;
  return {
    scheme: word!.toLowerCase() as FileAddress['scheme'],
    host: host!.replace(/^\[|\]$/g, ''),
    port: port === undefined ? undefined : Number(port),
    user: login === undefined ? undefined : decoded(colon < 0 ? login : login.slice(0, colon)),
    password: colon < 0 ? undefined : decoded(login!.slice(colon + 1)),
    path: trimmed(decoded(path)),
    deep,
    options,
  };
}

/** "sftp://user@host:22": for reasons and log lines, without a password. */
export function serverOf({ scheme, host, port, user }: FileAddress): string {
  if (scheme === 'file') return 'file://';
  return `${scheme}://${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`;
}

/** The address of a path on the same server, without a password: the header FILE_URI. */
export function uriOf(address: FileAddress, path: string): string {
  return serverOf(address) + path.split('/').map(encodeURIComponent).join('/');
}

/** True when a file can be moved from one to the other by renaming it. */
export function isSameServer(a: FileAddress, b: FileAddress): boolean {
  return a.scheme === b.scheme && a.host === b.host && a.port === b.port && a.user === b.user;
}

function splitOptions(written: string): [string, ReadonlyMap<string, string>] {
  const start = written.indexOf('?');
  if (start < 0) return [written, new Map()];
  return [written.slice(0, start), new Map(new URLSearchParams(written.slice(start + 1)))];
}

function localPath(address: string): string {
  const path = address.replace(/^file:\/*/i, '/');
  try {
    return trimmed(fileURLToPath(`file://${path}`));
  } catch {
    throw new BadAddress('it is not the address of a file on this machine');
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A password with a bare % in it, as commons-vfs lets pass.
    return text;
  }
}

function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') || '/' : path;
}
