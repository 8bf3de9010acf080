import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ImageError } from '../image-error.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

interface DockerConfig {
  /** By host; "auth" is base64 of user:password. */
  readonly auths?: Readonly<
    Record<string, { readonly auth?: string; readonly username?: string; readonly password?: string }>
  >;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/** From ~/.docker/config.json, or the one in $DOCKER_CONFIG; undefined: nobody has logged in to that registry. */
export function credentialsFor(host: string, env: NodeJS.ProcessEnv = process.env): Credentials | undefined {
  const path = join(env['DOCKER_CONFIG'] || join(homedir(), '.docker'), 'config.json');
  if (!existsSync(path)) return undefined;
  const config = read(path);
  for (const key of keysOf(host)) {
    const found = config.auths?.[key];
    if (found?.username !== undefined && found.password !== undefined)
      return { user: found.username, password: found.password };
    if (found?.auth) {
      const plain = Buffer.from(found.auth, 'base64').toString();
      const colon = plain.indexOf(':');
      return { user: plain.slice(0, colon), password: plain.slice(colon + 1) };
    }
    const helper = config.credHelpers?.[key] ?? (found === undefined ? undefined : config.credsStore);
    if (helper !== undefined) {
      const text = `${path} leaves the credentials of ${host} to the program docker-credential-${helper}, which is not asked.`;
      throw new ImageError(
        'CREDENTIAL_HELPER',
        text,
        `Write them into "auths" of a file of your own, and name its folder in DOCKER_CONFIG.`,
      );
    }
  }
  return undefined;
}

function read(path: string): DockerConfig {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as DockerConfig;
  } catch (error) {
    throw new ImageError('BAD_CREDENTIALS', `${path} cannot be read as JSON.`, 'docker login writes it anew.', error);
  }
}

/** Docker Hub is known by the address of its first version. */
function keysOf(host: string): readonly string[] {
  const plain = [host, `https://${host}`, `https://${host}/v1/`, `https://${host}/v2/`];
  return host === 'docker.io' ? ['https://index.docker.io/v1/', ...plain] : plain;
}
