import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Which keys an SFTP server may show. */
export type HostTrust =
  /** Lines of a known_hosts file. */
  | { readonly by: 'known hosts'; readonly text: string }
  /** "SHA256:..." as ssh-keygen -l prints it. */
  | { readonly by: 'fingerprint'; readonly fingerprint: string }
  /** As MI: any. */
  | { readonly by: 'nothing' };

/**
 * Whether the server at that address may show that key. A line of a known_hosts file (sshd(8)):
 *
 *   [@marker ] host,[host]:port,!host,*.domain,|1|salt|hash   key type   key in base64   comment
 */
export function isTrusted(trust: HostTrust, host: string, port: number, key: Uint8Array): boolean {
  switch (trust.by) {
    case 'nothing':
      return true;
    case 'fingerprint': {
      const shown = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
      return same(shown, trust.fingerprint.replace(/=+$/, ''));
    }
    case 'known hosts':
      return isKnown(trust.text, port === 22 ? host : `[${host}]:${port}`, Buffer.from(key).toString('base64'));
  }
}

function isKnown(text: string, name: string, key: string): boolean {
  let known = false;
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [names = '', , shown = ''] = words;
    if (names.startsWith('#') || !same(shown, key) || !names.split(',').some((one) => fits(one, name))) continue;
    if (names.split(',').some((one) => one.startsWith('!') && fits(one.slice(1), name))) continue;
    // A revoked key stays one, wherever else it is written.
    if (marker === '@revoked') return false;
    if (marker === undefined) known = true;
  }
  return known;
}

function fits(pattern: string, name: string): boolean {
  if (pattern.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = pattern.split('|');
    return same(createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64'), hash);
  }
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === '*') return '.*';
    return part === '?' ? '.' : part.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('')}$`, 'i').test(name);
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
