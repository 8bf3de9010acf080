/**
 * Tape archives as image layers use them: POSIX ustar (IEEE Std 1003.1), and pax headers where ustar is too narrow.
 *
 *   archive  = *entry  1024 zero bytes
 *   entry    = [pax] header content            content is filled with zeros to a multiple of 512
 *   pax      = header(type x) *( length " " key "=" value "\n" )         length counts itself, in bytes
 *   header   = 512 bytes:
 *       0 name 100     100 mode 8     108 uid 8     116 gid 8     124 size 12   136 mtime 12   148 checksum 8
 *     156 type 1       157 linkname 100             257 "ustar\0" "00"          265 uname 32   297 gname 32
 *     329 devmajor 8   337 devminor 8               345 prefix 155
 *
 * Numbers are octal digits with a zero byte behind them; the checksum is the sum of the header's bytes, itself taken as
 * spaces, six digits, a zero byte and a space. A name longer than 100 bytes may be cut at a slash into prefix and name.
 *
 * What comes out depends on the entries alone: order, times and owners are fixed.
 */
import { readFileSync } from 'node:fs';

export type Entry =
  | { readonly type: 'folder'; readonly path: string; readonly mode?: number }
  | { readonly type: 'file'; readonly path: string; readonly content: Content; readonly mode?: number }
  | { readonly type: 'link'; readonly path: string; readonly target: string };

/** Bytes, or the name of a file that holds them: it is read when its turn comes. */
export type Content = Uint8Array | string;

const block = 512;
const typeLetters = { file: '0', link: '2', folder: '5', pax: 'x' } as const;

/** Sorted by path, so that a folder comes before what is in it; folders that are implied are added. */
export function* archive(entries: readonly Entry[]): Generator<Uint8Array> {
  for (const entry of complete(entries)) {
    const path = entry.type === 'folder' ? `${entry.path}/` : entry.path;
    const target = entry.type === 'link' ? entry.target : '';
    const content = entry.type === 'file' ? bytesOf(entry.content) : new Uint8Array();
    const narrow = cut(path);
    const wide = { ...(narrow ? {} : { path }), ...(fits(target, 100) ? {} : { linkpath: target }) };
    if (Object.keys(wide).length > 0) {
      const records = Buffer.from(
        Object.entries(wide)
          .map(([key, value]) => paxRecord(key, value))
          .join(''),
      );
      yield header('pax', { prefix: '', name: 'pax' }, '', records.length, 0o644);
      yield* filled(records);
    }
    const mode = entry.type === 'link' ? 0o777 : (entry.mode ?? (entry.type === 'folder' ? 0o755 : 0o644));
    const short = narrow ?? { prefix: '', name: path.slice(-100) };
    yield header(entry.type, short, wide.linkpath === undefined ? target : '', content.length, mode);
    yield* filled(content);
  }
  yield new Uint8Array(2 * block);
}

function complete(entries: readonly Entry[]): readonly Entry[] {
  const byPath = new Map<string, Entry>();
  for (const entry of entries) {
    for (let slash = entry.path.indexOf('/'); slash > 0; slash = entry.path.indexOf('/', slash + 1)) {
      const path = entry.path.slice(0, slash);
      if (!byPath.has(path)) byPath.set(path, { type: 'folder', path });
    }
    byPath.set(entry.path, entry);
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function bytesOf(content: Content): Uint8Array {
  return typeof content === 'string' ? readFileSync(content) : content;
}

interface Narrow {
  readonly prefix: string;
  readonly name: string;
}

/** Undefined when it needs a pax header. */
function cut(path: string): Narrow | undefined {
  if (fits(path, 100)) return { prefix: '', name: path };
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (name !== '' && fits(prefix, 155) && fits(name, 100)) return { prefix, name };
  }
  return undefined;
}

/** ustar knows no encoding: what is not ASCII goes into a pax header, which is UTF-8. */
function fits(text: string, bytes: number): boolean {
  return text.length <= bytes && /^[\x20-\x7e]*$/.test(text);
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (String(length).length > String(bytes).length) length = bytes + String(length).length;
  return `${length}${rest}`;
}

function header(type: keyof typeof typeLetters, path: Narrow, target: string, size: number, mode: number): Uint8Array {
  const out = Buffer.alloc(block);
  const octal = (value: number, at: number, width: number): void =>
    void out.write(value.toString(8).padStart(width - 1, '0'), at, 'latin1');
  out.write(path.name, 0, 100, 'latin1');
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  out.write(' '.repeat(8), 148, 'latin1');
  out.write(typeLetters[type], 156, 'latin1');
  out.write(target, 157, 100, 'latin1');
  out.write('ustar\u000000', 257, 'latin1');
  octal(0, 329, 8);
  octal(0, 337, 8);
  out.write(path.prefix, 345, 155, 'latin1');
  const sum = out.reduce((total, byte) => total + byte, 0);
  out.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return out;
}

function* filled(content: Uint8Array): Generator<Uint8Array> {
  if (content.length === 0) return;
  yield content;
  const over = content.length % block;
  if (over > 0) yield new Uint8Array(block - over);
}
