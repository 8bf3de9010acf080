import { readFile } from 'node:fs/promises';
import { readShape } from '../../../artifacts/parameters.ts';
import { explainTls, readTlsFiles } from '../../tls-files.ts';
import type { FileAddress } from '../address.ts';
import type { FileSystem } from './file-system.ts';
import { connectFtp } from './ftp.ts';
import type { HostTrust } from './known-hosts.ts';
import { localFiles } from './local.ts';
import { accessParameters, type FileAccess } from '../parameters.ts';
import { connectSftp } from './sftp.ts';

/** The access parameters of an address: vfs:sftp://h/in?transport.vfs.SFTPIdentities=/keys/id */
export function accessOf({ options }: FileAddress): FileAccess {
  const read = readShape(accessParameters, options, { what: 'The address', at: { file: '', line: 0, column: 0 } });
  return read.config ?? plainAccess;
}

/** What is taken when nothing is said. */
export const plainAccess: FileAccess = {
  identity: undefined,
  passphrase: undefined,
  fromHome: true,
  knownHosts: undefined,
  hostKey: undefined,
  truststore: undefined,
  truststorePassword: undefined,
  keystore: undefined,
  keystorePassword: undefined,
  keyPassword: undefined,
  checksCertificate: true,
  implicitTls: false,
};

/** MI writes them into the address: ftps://h/in?vfs.ssl.truststore=...; what stands there is meant for it alone. */
function saidIn(address: FileAddress): Partial<FileAccess> {
  const said = Object.entries(accessOf(address)).filter(([key]) =>
    accessParameters[key as keyof FileAccess].names.some((name) => address.options.has(name)),
  );
  return Object.fromEntries(said);
}

const tlsNames = { keystore: 'vfs.ssl.keystore', truststore: 'transport.vfs.FTPSCertificateAuthority' };

/** Logs in to where the address points. `onLost` is told once the connection cannot be used any more. */
export async function connectFiles(address: FileAddress, given: FileAccess, onLost: () => void): Promise<FileSystem> {
  const access = { ...given, ...saidIn(address) };
  const { host, port, user, password } = address;
  switch (address.scheme) {
    case 'file':
      return localFiles;
    case 'sftp':
      return connectSftp(
        {
          host,
          port: port ?? 22,
          user: user ?? 'anonymous',
          password,
          privateKey: await firstKey(access.identity),
          passphrase: access.passphrase,
          trust: await trustOf(access),
          fromHome: access.fromHome && address.options.get('sftpPathFromRoot') !== 'true',
        },
        onLost,
      );
    case 'ftp':
    case 'ftps':
      return connectFtp({
        host,
        port,
        user: user ?? 'anonymous',
        password: password ?? 'guest',
        tls: address.scheme === 'ftp' ? 'none' : access.implicitTls ? 'implicit' : 'explicit',
        tlsFiles: await readTlsFiles(access, tlsNames),
        checksCertificate: access.checksCertificate,
        fromHome: access.fromHome,
      });
  }
}

async function firstKey(identities: string | undefined): Promise<Uint8Array | undefined> {
  if (identities === undefined) return undefined;
  let why: unknown;
  for (const file of identities.split(',')) {
    try {
      return await readFile(file.trim().replace(/^file:\/*/, '/'));
    } catch (error) {
      why = error;
    }
  }
  throw new Error(`the key of SFTPIdentities cannot be read: ${(why as Error).message}`);
}

async function trustOf({ knownHosts, hostKey }: FileAccess): Promise<HostTrust> {
  if (hostKey !== undefined) return { by: 'fingerprint', fingerprint: hostKey };
  if (knownHosts === undefined) return { by: 'nothing' };
  return { by: 'known hosts', text: await readFile(knownHosts.replace(/^file:\/*/, '/'), 'utf8') };
}

/** What a server says when it refuses, as a person would. */
export function explainFileError(error: unknown): string {
  const { message, code } = error as { readonly message: string; readonly code?: unknown };
  if (/authentication methods failed/i.test(message) || code === 530)
    return 'it refuses the user and password, or the key (transport.vfs.FileURI, transport.vfs.SFTPIdentities)';
  if (/host denied|host key|verification failed/i.test(message))
    return 'its host key is not one that is trusted (transport.vfs.SFTPKnownHosts, transport.vfs.SFTPHostKeyFingerprint)';
  if (/passphrase|bad decrypt|parse privateKey/i.test(message))
    return `the private key cannot be used (transport.vfs.SFTPIdentities, transport.vfs.SFTPIdentityPassPhrase): ${message}`;
  const tls = explainTls(error, { ...tlsNames, host: 'transport.vfs.FileURI' });
  if (tls !== undefined) return tls;
  return message.replace(/^\w+: /, '').replace(/\/\/[^@/\s]*@/g, '//');
}
