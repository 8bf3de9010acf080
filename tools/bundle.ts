/**
 * Builds the product: one minified file, and beside it what V8 made of it.
 * A plain script because it starts in half the time of ESM; see docs/decisions/0003-one-cjs-bundle.md for the figures.
 *   gantry.cjs      checks the Node, loads the program
 *   program.js      everything else, as one function expression
 *   renewals.cjs    what the thread runs that renews a replica's lease, which is little
 *   drivers/        packages that load only when they are asked for (tools/drivers.ts)
 *   packages.json   the libraries in it, for the bill of materials of an image
 *   program.cache   its code, with every function that a replica's start and first requests need (tools/warm.ts).
 *                   V8 refuses it when version, flags or the program's length differ, and compiles as if it were not there.
 *                   Node's own compile cache holds only what is compiled before the first line runs, a tenth of it.
 *   node tools/bundle.ts [--quiet]   writes dist/
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { readPageSources } from '../src/console/dashboard/page-files.ts';
import { driversApart } from './drivers.ts';
import { bundledPackages } from './packages.ts';
import { warm } from './warm.ts';

const root: string = resolve(import.meta.dirname, '..');
const renewals = 'renewals.cjs';

/**
 * Old syntax on purpose: it must parse on the Node it complains about. Importing a module of the user's (a class task, a
 * mock) from a vm.Script is experimental to Node; the warning means nothing to the user. The kernel drops a signal that
 * the first process of a container does not listen for, and the program takes its time to load: who is told to go before
 * it has, has nothing in hand.
 */
export const starter = `#!/usr/bin/env node
if (parseInt(process.versions.node, 10) < 24) { console.error("gantry needs Node.js 24 or newer; this is " + process.version + "."); process.exit(2); }
if (/^(replica|operator)$/.test(process.argv[2])) process.once("SIGTERM", function () { process.exit(0); });
var warn = process.emitWarning;
process.emitWarning = function (text, type) { if (type !== "ExperimentalWarning") return warn.apply(process, arguments); };
var fs = require("node:fs"), vm = require("node:vm"), path = require("node:path").join(__dirname, "program"), code;
try { code = fs.readFileSync(path + ".cache"); } catch (e) {}
new vm.Script(fs.readFileSync(path + ".js", "latin1"), {
  filename: path + ".js",
  cachedData: code,
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
}).runInThisContext()(exports, require, module, __filename, __dirname);
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

/** How everything is built that a replica loads. */
const product: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  // Identifiers stay: stack traces can be read, and keepNames would cost a call for each closure that is made.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  charset: 'ascii',
  logLevel: 'warning',
};

/** Empties the folder and writes the product into it, without the cache; resolves to the path of gantry.cjs. */
export async function buildBundle(folder: string): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const outfile = join(folder, 'gantry.cjs');
  rmSync(folder, { recursive: true, force: true });
  const plugins = [withoutHttp2, lazyBuiltins, driversApart(folder, product)];
  const external = ['./drivers/*'];
  await build({
    entryPoints: [join(root, 'src/coordination/thread/program.ts')],
    ...product,
    outfile: join(folder, renewals),
    external,
    plugins,
  });
  await build({
    entryPoints: [join(root, 'src/console/main.ts')],
    ...product,
    outfile: join(folder, 'program.js'),
    define: {
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
      GANTRY_VERSION: JSON.stringify(version),
      GANTRY_PAGE: JSON.stringify(readPageSources()),
      GANTRY_RENEWAL_THREAD: JSON.stringify(renewals),
    },
    banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
    footer: { js: '})' },
    external,
    plugins,
  });
  writeFileSync(join(folder, 'packages.json'), JSON.stringify(bundledPackages(root)));
  writeFileSync(outfile, starter, { mode: 0o755 });
  return outfile;
}

if (import.meta.main) {
  const outfile = await buildBundle(join(root, 'dist'));
  await warm(outfile);
  if (!process.argv.includes('--quiet'))
    console.log(`${outfile} ${Math.round(statSync(join(root, 'dist/program.js')).size / 1024)} KiB`);
}
