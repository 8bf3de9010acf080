/** Enough of an SMTP server (RFC 5321, 3207, 4954) for tests of TLS and logins: it takes every mail of who may log in. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { createSecureContext, TLSSocket } from 'node:tls';

export interface SmtpServer extends AsyncDisposable {
  readonly port: number;
  readonly connections: number;
  /** Mails, each with whether it came over TLS. */
  readonly mails: readonly { readonly text: string; readonly secure: boolean }[];
}

export async function startSmtpServer(identity: { readonly cert: string; readonly key: string }): Promise<SmtpServer> {
  const mails: { text: string; secure: boolean }[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const talk = (socket: Socket, secure: boolean): void => {
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    const lines = createInterface({ input: socket });
    let mail: string[] | undefined;
    lines.on('line', (line) => {
      if (mail) {
        if (line !== '.') return void mail.push(line);
        mails.push({ text: mail.join('\n'), secure });
        mail = undefined;
        return say('250 taken');
      }
      const [verb, ...words] = line.split(' ');
      switch (verb!.toUpperCase()) {
        case 'EHLO':
          return say(secure ? '250-here\r\n250 AUTH PLAIN' : '250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN');
        case 'STARTTLS': {
          say('220 go on');
          lines.close();
          socket.removeAllListeners('data');
          const tls = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(identity) });
          tls.on('error', () => socket.destroy());
          return talk(tls, true);
        }
        case 'AUTH': {
          const [, user, password] = Buffer.from(words[1]!, 'base64').toString().split('\0');
          return say(user === 'app' && password === 'app' ? '235 welcome' : '535 no such user or password');
        }
        case 'DATA':
          mail = [];
          return say('354 go on');
        case 'QUIT':
          say('221 bye');
          return void socket.end();
        default:
          return say('250 fine');
      }
    });
  };
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.write('220 here\r\n');
    talk(socket, false);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
