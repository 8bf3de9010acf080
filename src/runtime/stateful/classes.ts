import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The user's own classes in TypeScript or JavaScript: `classes/<name of the class>.ts|.mts|.js|.mjs|.cjs` in the
 * project folder or in its `src/main/`. They take the place of the Java class of that name, so that the artifact that
 * names it stays unchanged.
 */
export async function findClasses(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const path of paths) {
    for (const folder of ['classes', 'src/main/classes', '../classes']) {
      const names = await readdir(join(path, folder)).catch(() => []);
      for (const name of names) {
        const extension = extname(name);
        if (!/^\.[mc]?[tj]s$/.test(extension) || name.endsWith('.d.ts')) continue;
        found.set(basename(name, extension), join(path, folder, name));
      }
    }
  }
  return found;
}

/** The default export of a module of the user's; throws what importing it throws, or says what is missing. */
export async function loadClass<T>(file: string): Promise<T> {
  const loaded = (await import(pathToFileURL(file).href)) as { default?: unknown };
  // A CommonJS module arrives with its exports as default, and its own default inside.
  const exported = loaded.default as { default?: unknown } | undefined;
  const found = typeof exported === 'function' ? exported : exported?.default;
  if (typeof found === 'function') return found as T;
  throw new TypeError(`${file} has no default export that is a class`);
}
