import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

export interface PageFile {
  readonly type: string;
  readonly text: string;
}

/** Put in by tools/bundle.ts, so that the product stays one file. */
declare const GANTRY_PAGE: Readonly<Record<string, string>> | undefined;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page's files by URL path, "/" being index.html. Only these are served: a request never becomes a file name. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const sources = typeof GANTRY_PAGE === 'undefined' ? readPageSources() : GANTRY_PAGE;
  const files = Object.entries(sources).map(
    ([name, text]) => [name === 'index.html' ? '/' : `/${name}`, { type: types[extname(name)]!, text }] as const,
  );
  return new Map(files);
}

/** The files beside this one, by name: "draw/pods.js". The bundle tool calls it too. */
export function readPageSources(): Readonly<Record<string, string>> {
  const folder = join(import.meta.dirname, 'app');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  return Object.fromEntries(
    names
      .filter((name) => extname(name) in types)
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}
