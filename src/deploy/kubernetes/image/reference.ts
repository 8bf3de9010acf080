/**
 * Names of images, as Docker reads them:
 *
 *   reference = [ host "/" ] repository [ ":" tag ] [ "@" digest ]
 *   host      has a dot, a colon, or is "localhost"; without one it is docker.io, and a single word is in library/
 */
export interface Reference {
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string | undefined;
}

const form =
  /^(?:([^/@]+)\/)?([a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[a-f0-9]{64}))?$/;

/** Undefined when it is none. */
export function parseReference(text: string): Reference | undefined {
  const first = text.slice(0, Math.max(0, text.indexOf('/')));
  const hasHost = /[.:]/.test(first) || first === 'localhost';
  const match = form.exec(hasHost ? text : `docker.io/${text}`);
  if (!match) return undefined;
  const [, host, path, tag = 'latest', digest] = match as unknown as [string, string, string, string?, string?];
  const repository = host === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  return { host, repository, tag, digest };
}

/** In full, as containerd and the kubelet keep it. */
export function fullName({ host, repository, tag, digest }: Reference): string {
  return `${host}/${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`;
}
