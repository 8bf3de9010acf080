/**
 * Debian's Dovecot as a process of a test's own: IMAP on 127.0.0.1, one user, mails in a temporary folder. It wants root,
 * because it changes users itself.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const binary = '/usr/sbin/dovecot';
/** A group of processes that ends at once, all of it, with whoever holds its stdin: also when a test is killed. */
const untilStdinEnds = '{ "$0" -F -c "$1"; kill -9 0; } & read _; kill -9 0';
/** An ordinary user; which one does not matter. */
const mailUser = 65_534;

/** Why there is none here, in words; undefined when it can be started. */
export const noDovecot: string | undefined = !existsSync(binary)
  ? `there is no ${binary} (Debian: dovecot-imapd)`
  : process.getuid?.() === 0
    ? undefined
    : 'Dovecot is started by root only';

export class Dovecot implements AsyncDisposable {
  readonly user = 'orders';
  readonly password = 'a b/c';
  readonly port: number;
  /** TLS from the first byte, with a certificate of its own making. */
  readonly tlsPort: number;
  readonly certificate: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;
  #delivered = 0;

  static async open(): Promise<Dovecot> {
    const folder = await mkdtemp(join(tmpdir(), 'gantry-dovecot-'));
    const server = new Dovecot(folder, await freePort(), await freePort());
    await server.#prepare();
    await server.start();
    return server;
  }

  private constructor(folder: string, port: number, tlsPort: number) {
    this.#folder = folder;
    this.port = port;
    this.tlsPort = tlsPort;
    this.certificate = join(folder, 'cert.pem');
  }

  /** Puts mails into a folder that is there, in this order, as a mail server that shares the disk would. */
  async deliver(folder: string, mails: readonly string[]): Promise<void> {
    const place = join(this.#folder, 'mails', folder === 'INBOX' ? '' : `.${folder}`);
    for (const mail of mails) {
      // Numbered as they are named. Source: the Maildir format.
      const name = `${String(++this.#delivered).padStart(10, '0')}.M1P1.test`;
      await writeFile(join(place, 'tmp', name), mail);
      await rename(join(place, 'tmp', name), join(place, 'new', name));
    }
  }

  async start(): Promise<void> {
    // Who was killed has left it; its number may still be taken.
    await rm(join(this.#folder, 'run/master.pid'), { force: true });
    this.#process = spawn('sh', ['-c', untilStdinEnds, binary, join(this.#folder, 'dovecot.conf')], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    while (!(await answers(this.port))) {
      if (this.#process.signalCode !== null) throw new Error('Dovecot ended by itself');
      await wait(20);
    }
  }

  /** At once, with everything it has under way. */
  async stop(): Promise<void> {
    const ending = this.#process;
    this.#process = undefined;
    if (!ending || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    ending.stdin!.end();
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #prepare(): Promise<void> {
    const { user, password } = this;
    const mails = join(this.#folder, 'mails');
    await chmod(this.#folder, 0o755);
    await mkdir(mails);
    await chown(mails, mailUser, mailUser);
    const users = join(this.#folder, 'users');
    await writeFile(users, `${user}:{PLAIN}${password}:${mailUser}:${mailUser}::${mails}\n`);
    const key = join(this.#folder, 'key.pem');
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const made = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', this.certificate];
    await promisify(execFile)('openssl', ['req', ...made, ...subject]);
    await writeFile(join(this.#folder, 'dovecot.conf'), this.#settings(mails, users, key));
  }

  #settings(mails: string, users: string, key: string): string {
    const mailbox = `mail_location = maildir:${mails}`;
    return `
base_dir = ${join(this.#folder, 'run')}
state_dir = ${join(this.#folder, 'state')}
log_path = ${join(this.#folder, 'log')}
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <${this.certificate}
ssl_key = <${key}
disable_plaintext_auth = no
mail_fsync = never
${mailbox}
first_valid_uid = 1
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
auth_failure_delay = 0
mail_max_userip_connections = 100
passdb {
  driver = passwd-file
  args = ${users}
}
userdb {
  driver = passwd-file
  args = ${users}
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${this.port}
  }
  inet_listener imaps {
    port = ${this.tlsPort}
  }
}
service anvil {
  chroot =
}
`;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.on('data', () => socket.destroy());
  });
}
