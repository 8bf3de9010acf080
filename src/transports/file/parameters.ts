import { param, type ParametersFor } from '../../artifacts/parameters.ts';

/** MI writes transport.vfs.X; older artifacts leave the beginning away. */
const vfs = (name: string): [string, string] => [`transport.vfs.${name}`, name];

/** How to log in to a server of files. */
export interface FileAccess {
  readonly identity: string | undefined;
  readonly passphrase: string | undefined;
  readonly fromHome: boolean;
  readonly knownHosts: string | undefined;
  readonly hostKey: string | undefined;
  readonly truststore: string | undefined;
  readonly truststorePassword: string | undefined;
  readonly keystore: string | undefined;
  readonly keystorePassword: string | undefined;
  readonly keyPassword: string | undefined;
  readonly checksCertificate: boolean;
  readonly implicitTls: boolean;
}

/**
 * Parameters that a file inbound endpoint, a proxy on vfs and a vfs: address have in common: how to log in.
 * Source: Synapse VFSConstants, FtpsFileProvider; the names that begin with SFTPHost, SFTPKnownHosts and FTP are ours.
 */
export const accessParameters: ParametersFor<FileAccess> = {
  identity: param.text(vfs('SFTPIdentities'), {
    doc: 'File with the private key, in PEM or OpenSSH format; the first that can be read when several are given.',
  }),
  passphrase: param.text(vfs('SFTPIdentityPassPhrase'), { doc: 'Of the private key.', secret: true }),
  fromHome: param.boolean(vfs('SFTPUserDirIsRoot'), {
    doc: 'Paths begin in the folder the user is in after login. False, or ?sftpPathFromRoot=true: at the root.',
    default: true,
  }),
  knownHosts: param.text(vfs('SFTPKnownHosts'), {
    doc: 'File in the format of known_hosts; a server whose key is not in it is refused. Without it any key is taken, as in MI.',
  }),
  hostKey: param.text(vfs('SFTPHostKeyFingerprint'), {
    doc: 'The one key the server may have, as ssh-keygen -l prints it: SHA256:...',
  }),
  truststore: param.text([...vfs('FTPSCertificateAuthority'), 'vfs.ssl.truststore'], {
    doc: 'File with the certificates that an FTPS server may be signed by: JKS, PKCS12 or PEM.',
  }),
  truststorePassword: param.text('vfs.ssl.tspassword', { doc: 'Of that file.', secret: true }),
  keystore: param.text('vfs.ssl.keystore', { doc: 'Own certificate and key for an FTPS server: JKS, PKCS12 or PEM.' }),
  keystorePassword: param.text('vfs.ssl.kspassword', { doc: 'Of that file.', secret: true }),
  keyPassword: param.text('vfs.ssl.keypassword', { doc: 'Of the key in it, where it is another one.', secret: true }),
  checksCertificate: param.boolean(vfs('FTPSCheckCertificate'), {
    doc: 'False takes any certificate of an FTPS server.',
    default: true,
  }),
  implicitTls: param.boolean([...vfs('FTPSImplicit'), 'vfs.implicit'], {
    doc: 'TLS from the first byte, port 990.',
    default: false,
  }),
};

/** Intervals and ages are in the unit of their parameter. */
export interface FileConfig extends FileAccess {
  readonly address: string;
  readonly intervalMs: number;
  readonly sequential: boolean;
  readonly pattern: RegExp | undefined;
  readonly contentType: string | undefined;
  readonly streaming: boolean;
  readonly afterProcess: 'DELETE' | 'MOVE' | 'NONE';
  readonly afterFailure: 'DELETE' | 'MOVE' | 'NONE';
  readonly moveAfterProcess: string | undefined;
  readonly moveAfterFailure: string | undefined;
  readonly moveAfterFailedMove: string | undefined;
  readonly moveTimestamp: string | undefined;
  readonly folderTimestamp: string | undefined;
  readonly createFolder: boolean;
  readonly sort: 'NONE' | 'Name' | 'Size' | 'Lastmodifiedtimestamp';
  readonly ascending: boolean;
  readonly betweenMs: number;
  readonly perScan: number | undefined;
  readonly largest: number;
  readonly stillForMs: number;
  readonly ignoreEmpty: boolean;
  readonly minimumAge: number;
  readonly maximumAge: number | undefined;
  readonly waitMs: number;
  readonly locking: boolean;
  readonly releasesLocks: boolean;
  readonly releaseMs: number;
  readonly tries: number;
  readonly reconnectSeconds: number;
  readonly recordsFolder: string | undefined;
  readonly recordsName: string;
  readonly recordTimestamp: string;
  readonly nextTryMs: number;
  readonly replyAddress: string | undefined;
  readonly replyName: string;
  readonly appends: boolean;
  readonly build: string | undefined;
  readonly clusterAware: string | undefined;
  readonly distributedLock: string | undefined;
  readonly distributedTimeout: string | undefined;
  readonly sameNode: string | undefined;
  readonly resolvesHosts: string | undefined;
  readonly updatesModified: string | undefined;
}

const afterWords = ['DELETE', 'MOVE', 'NONE'] as const;

/** Source: Synapse VFSConstants and PollTableEntry, MI FilePollingConsumer. */
export const fileParameters: ParametersFor<FileConfig> = {
  address: param.text(vfs('FileURI'), {
    doc: 'Folder or file: file:///in, sftp://user:password@host/in, ftp://, ftps://. /* at the end: sub-folders too.',
    required: true,
    secret: true,
  }),
  intervalMs: param.integer('interval', { doc: 'Milliseconds between two scans.', default: 1_000, min: 1 }),
  sequential: param.boolean('sequential', { doc: 'One file after the other; false: ten at a time.', default: true }),
  pattern: param.regex(vfs('FileNamePattern'), { doc: 'The whole name of files that are taken.' }),
  contentType: param.text(vfs('ContentType'), {
    doc: 'Of the message; by the extension when it is not given: xml, json, txt, csv, else application/octet-stream.',
  }),
  streaming: param.boolean(vfs('Streaming'), {
    doc: 'Never read the file before a step asks for its content. Larger files are streamed in any case.',
    default: false,
  }),
  afterProcess: param.oneOf(vfs('ActionAfterProcess'), afterWords, {
    doc: 'What becomes of a file that was processed. NONE leaves it, and the next scan takes it again.',
    default: 'DELETE',
  }),
  afterFailure: param.oneOf(vfs('ActionAfterFailure'), afterWords, {
    doc: 'What becomes of a file whose sequence failed. NONE leaves it, and the next scan takes it again.',
    default: 'DELETE',
  }),
  moveAfterProcess: param.text(vfs('MoveAfterProcess'), { doc: 'Folder for files that were processed.', secret: true }),
  moveAfterFailure: param.text(vfs('MoveAfterFailure'), { doc: 'Folder for files that failed.', secret: true }),
  moveAfterFailedMove: param.text(vfs('MoveAfterFailedMove'), {
    doc: 'Folder for files that could be neither deleted nor moved there.',
    secret: true,
  }),
  moveTimestamp: param.text(vfs('MoveTimestampFormat'), {
    doc: 'Put before the name of a moved file: yyyyMMddHHmmss_.',
  }),
  folderTimestamp: param.text(vfs('SubFolderTimestampFormat'), {
    doc: 'Name of a folder below the one moved to: yyyy-MM-dd.',
  }),
  createFolder: param.boolean(vfs('CreateFolder'), {
    doc: 'Make the folder of FileURI when it is not there. Folders that files are moved to are always made.',
    default: false,
  }),
  sort: param.oneOf(vfs('FileSortAttribute'), ['NONE', 'Name', 'Size', 'Lastmodifiedtimestamp'], {
    doc: 'Order within one scan.',
    default: 'NONE',
  }),
  ascending: param.boolean(vfs('FileSortAscending'), { doc: 'Smallest first.', default: true }),
  betweenMs: param.integer(vfs('FileProcessInterval'), {
    doc: 'Milliseconds between two files of one scan.',
    default: 0,
    min: 0,
  }),
  perScan: param.integer(vfs('FileProcessCount'), { doc: 'Files taken at one scan.', min: 1 }),
  largest: param.integer(vfs('FileSizeLimit'), {
    doc: 'Bytes; larger files stay where they are. -1: any size.',
    default: -1,
  }),
  stillForMs: param.integer(vfs('CheckSizeInterval'), {
    doc: 'Milliseconds for which the size must stay the same before a file is taken. -1: none; a file that grew while it was processed is put back.',
    default: -1,
  }),
  ignoreEmpty: param.boolean(vfs('CheckSizeIgnoreEmpty'), {
    doc: 'With CheckSizeInterval: an empty file is one that is still to be written.',
    default: false,
  }),
  minimumAge: param.integer(vfs('MinimumAge'), { doc: 'Seconds since the last change, at least.', default: 0, min: 0 }),
  maximumAge: param.integer(vfs('MaximumAge'), { doc: 'Seconds since the last change, at most.', min: 0 }),
  waitMs: param.integer(vfs('waitTimeBeforeRead'), {
    doc: 'Milliseconds between taking a file and reading it.',
    default: 0,
    min: 0,
  }),
  locking: param.boolean(vfs('Locking'), {
    doc: 'A file with a sibling of its name and .lock is left alone. Gantry itself takes a file by renaming it.',
    default: true,
  }),
  releasesLocks: param.boolean(vfs('AutoLockRelease'), {
    doc: 'Take away .lock files that are older than AutoLockReleaseInterval.',
    default: false,
  }),
  releaseMs: param.integer(vfs('AutoLockReleaseInterval'), {
    doc: 'Milliseconds after which a lock, or the claim of another replica that shows no sign of life, is void. -1: never.',
    default: 20_000,
  }),
  tries: param.integer(vfs('MaxRetryCount'), {
    doc: 'Attempts to delete or move a file before MoveAfterFailedMove.',
    default: 3,
    min: 1,
  }),
  reconnectSeconds: param.integer(vfs('ReconnectTimeout'), {
    doc: 'Longest time, in seconds, between two attempts to reach the server. It is tried for ever.',
    default: 30,
    min: 1,
  }),
  recordsFolder: param.text(vfs('FailedRecordsFileDestination'), {
    doc: 'Folder on this machine for a list of files that could be neither deleted nor moved.',
  }),
  recordsName: param.text(vfs('FailedRecordsFileName'), {
    doc: 'Name of that list.',
    default: 'vfs-move-failed-records.properties',
  }),
  recordTimestamp: param.text(vfs('MoveFailedRecordTimestampFormat'), {
    doc: 'How the list writes the time.',
    default: 'dd-MM-yyyy HH:mm:ss',
  }),
  nextTryMs: param.integer(vfs('FailedRecordNextRetryDuration'), {
    doc: 'Milliseconds until a file that could be neither deleted nor moved is tried again; it is not processed again.',
    default: 3_000,
    min: 1,
  }),
  replyAddress: param.text(vfs('ReplyFileURI'), { doc: 'Folder for the answers of the flow.', secret: true }),
  replyName: param.text(vfs('ReplyFileName'), { doc: 'Name of the file with an answer.', default: 'response.xml' }),
  appends: param.boolean(vfs('Append'), { doc: 'Add answers to a file that is there.', default: false }),
  ...accessParameters,
  build: param.text(vfs('Build'), { doc: 'Accepted: bodies are read when a step asks for them.' }),
  clusterAware: param.text(vfs('ClusterAware'), { doc: 'Accepted: coordination decides which replica polls.' }),
  distributedLock: param.text(vfs('DistributedLock'), { doc: 'Accepted: the claim of a file is seen by all.' }),
  distributedTimeout: param.text(vfs('DistributedTimeout'), { doc: 'Accepted.' }),
  sameNode: param.text(vfs('LockReleaseSameNode'), { doc: 'Accepted: locks are released by age alone.' }),
  resolvesHosts: param.text(vfs('ResolveHostsDynamically'), { doc: 'Accepted: every connection looks its host up.' }),
  updatesModified: param.text(vfs('UpdateLastModified'), { doc: 'Accepted: a moved file keeps its time.' }),
};
