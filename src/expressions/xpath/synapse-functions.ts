import { createHmac } from 'node:crypto';
import { failed } from '../failure.ts';
import { javaUrlEncode, javaUrlDecode } from '../java/url.ts';
import type { Context, XPathFunction } from './functions.ts';
import { getProperty } from './get-property.ts';
import { toText, type XPathValue } from './value.ts';

const text = (value: XPathValue | undefined): string => toText(value ?? null);

/** Functions Synapse adds, whatever their prefix. Source: org.apache.synapse.util.xpath, WSO2 security extensions. */
const functions: Readonly<Record<string, XPathFunction>> = {
  'get-property': {
    args: [1, 3],
    call: (args, { message }) => (message ? getProperty(message, args.map(toText)) : ''),
  },
  base64Encode: { args: [1, 2], call: ([a, charset]) => bytes(text(a), text(charset)).toString('base64') },
  base64Decode: {
    args: [1, 2],
    call: ([a, charset]) => decode(Buffer.from(text(a), 'base64'), text(charset) || 'utf-8'),
  },
  'url-encode': { args: [1, 2], call: ([a]) => javaUrlEncode(text(a)) },
  'url-decode': { args: [1, 2], call: ([a]) => javaUrlDecode(text(a)) },
  'vault-lookup': { args: [1, 3], call: ([alias], context) => secret(text(alias), context) },
  'hmac-generate': {
    args: [2, 3],
    call: ([a, key, algorithm]) => hmac(text(a), text(key), text(algorithm) || 'HmacSHA1'),
  },
};

export const synapseFunctions: ReadonlyMap<string, XPathFunction> = new Map(Object.entries(functions));

function secret(alias: string, context: Context): string {
  return context.message?.environment.secret(alias) ?? '';
}

export function bytes(value: string, charset: string): Buffer {
  const name = charset.toLowerCase().replace(/[-_]/g, '');
  if (name === '' || name === 'utf8') return Buffer.from(value, 'utf8');
  if (name === 'utf16') return Buffer.from(`\ufeff${value}`, 'utf16le').swap16();
  if (name === 'utf16le') return Buffer.from(value, 'utf16le');
  if (name === 'utf16be') return Buffer.from(value, 'utf16le').swap16();
  if (name === 'usascii' || name === 'ascii') return Buffer.from(value.replace(/[^\0-\x7f]/g, '?'), 'latin1');
  if (name === 'iso88591' || name === 'latin1') return Buffer.from(value.replace(/[^\0-\xff]/g, '?'), 'latin1');
  throw failed(`the charset "${charset}" is not known`);
}

function decode(value: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset).decode(value);
  } catch (error) {
    throw failed(`the charset "${charset}" is not known`, error);
  }
}

function hmac(value: string, key: string, algorithm: string): string {
  try {
    return createHmac(algorithm.replace(/^hmac-?/i, ''), key)
      .update(value)
      .digest('hex');
  } catch (error) {
    throw failed(`hmac-generate does not know "${algorithm}"`, error);
  }
}
