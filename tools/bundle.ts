/**
 * Builds the product: one CJS file, minified, with Node's compile cache warmed beside it.
 * CJS because it starts in half the time of ESM; see docs/decisions/0003-one-cjs-bundle.md for the figures.
 *   node tools/bundle.ts [--quiet]   writes dist/
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { readPageSources } from '../src/console/dashboard/page-files.ts';

const root: string = resolve(import.meta.dirname, '..');

/** Old syntax on purpose: it must parse on the Node it complains about. */
const banner = `#!/usr/bin/env node
if (parseInt(process.versions.node, 10) < 24) { console.error("gantry needs Node.js 24 or newer; this is " + process.version + "."); process.exit(2); }
try { require("node:module").enableCompileCache(require("node:path").join(__dirname, "cache")); } catch (e) {}`;

/** Empties the folder and writes gantry.cjs and its cache into it; resolves to the path of gantry.cjs. */
export async function buildBundle(folder: string): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const outfile = join(folder, 'gantry.cjs');
  rmSync(folder, { recursive: true, force: true });
  await build({
    entryPoints: [join(root, 'src/console/main.ts')],
    outfile,
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
    banner: { js: banner },
    logLevel: 'warning',
  });
  // The first run fills the cache, as the user who will run it.
  execFileSync(process.execPath, [outfile, '--version'], { stdio: 'ignore' });
  return outfile;
}

if (import.meta.main) {
  const outfile = await buildBundle(join(root, 'dist'));
  if (!process.argv.includes('--quiet')) console.log(`dist/gantry.cjs ${Math.round(statSync(outfile).size / 1024)} KiB`);
}
