/**
 * Builds the product: one CJS file, minified, with Node's compile cache warmed beside it.
 * CJS because it starts in half the time of ESM; see docs/decisions/0003-one-cjs-bundle.md for the figures.
 *   gantry.cjs    checks the Node, turns the compile cache on, loads the program; a file is cached only if it is
 *                 loaded after the cache was turned on, so it cannot be the program itself
 *   program.cjs   everything else
 *   cache/        the compiled program, with every function that a replica's start and first requests need
 *   node tools/bundle.ts [--quiet]   writes dist/
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { readPageSources } from '../src/console/dashboard/page-files.ts';
import { warm } from './warm.ts';

const root: string = resolve(import.meta.dirname, '..');

/** Old syntax on purpose: it must parse on the Node it complains about. */
const starter = `#!/usr/bin/env node
if (parseInt(process.versions.node, 10) < 24) { console.error("gantry needs Node.js 24 or newer; this is " + process.version + "."); process.exit(2); }
try { require("node:module").enableCompileCache(require("node:path").join(__dirname, "cache")); } catch (e) {}
require("./program.cjs");
`;

/** undici loads node:http2, and with it tls and crypto, though no pool of ours speaks HTTP/2: 10 ms and 4 MiB. */
const withoutHttp2: Plugin = {
  name: 'without-http2',
  setup({ onLoad }) {
    onLoad({ filter: /undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/ }, () => ({
      contents: 'module.exports = () => { throw new Error("HTTP/2 is not part of this build"); };',
    }));
  },
};

/** Built-in modules that a replica may never use, loaded at their first use: crypto alone is 10 ms and 6 MiB. */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:(crypto|zlib|child_process)$/ }, ({ path }) => ({ path, namespace: 'lazy' }));
    onLoad({ filter: /.*/, namespace: 'lazy' }, async ({ path }) => {
      const names = JSON.stringify(Object.keys((await import(path)) as object));
      return {
        contents: `for (const name of ${names}) {
  Object.defineProperty(exports, name, { enumerable: true, get: () => process.getBuiltinModule('${path}')[name] });
}`,
      };
    });
  },
};

/** Empties the folder and writes the product into it, its cache still cold; resolves to the path of gantry.cjs. */
export async function buildBundle(folder: string): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const outfile = join(folder, 'gantry.cjs');
  rmSync(folder, { recursive: true, force: true });
  await build({
    entryPoints: [join(root, 'src/console/main.ts')],
    outfile: join(folder, 'program.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    define: {
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
      GANTRY_VERSION: JSON.stringify(version),
      GANTRY_PAGE: JSON.stringify(readPageSources()),
    },
    plugins: [withoutHttp2, lazyBuiltins],
    logLevel: 'warning',
  });
  writeFileSync(outfile, starter, { mode: 0o755 });
  return outfile;
}

if (import.meta.main) {
  const outfile = await buildBundle(join(root, 'dist'));
  await warm(outfile);
  if (!process.argv.includes('--quiet'))
    console.log(`${outfile} ${Math.round(statSync(join(root, 'dist/program.cjs')).size / 1024)} KiB`);
}
