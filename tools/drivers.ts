/**
 * Keeps drivers out of the program. A package that a source file of ours loads by `import('name')` becomes a file of its
 * own, and what stays in the program is a `require` of it: a replica parses only the drivers that it was asked for.
 *
 *   src/...          await import('mysql2/promise')
 *   program.js       require('./drivers/mysql2-promise.cjs')
 *   drivers/         mysql2-promise.cjs     the package with everything it needs, and nothing of ours
 *
 * So adding a driver is writing its import. Packages only: a module of ours in two files would be there twice, each with
 * state of its own. For the same reason a package is imported dynamically under one name everywhere.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';

const packageName = /^(?:@[\w.-]+\/)?\w[\w.-]*(?:\/[\w./-]+)?$/;
const root: string = join(import.meta.dirname, '..');

/** `folder`: where the program is written. Several programs in one folder share what is built for one of them. */
export function driversApart(folder: string, options: BuildOptions): Plugin {
  const standIns = new Map<string, Promise<string>>();
  return {
    name: 'drivers-apart',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: packageName }, ({ path, kind, importer }) =>
        kind === 'dynamic-import' && !/[\\/]node_modules[\\/]/.test(importer)
          ? { path, namespace: 'driver' }
          : undefined,
      );
      onLoad({ filter: /.*/, namespace: 'driver' }, async ({ path }) => {
        const standIn = standIns.get(path) ?? buildDriver(path, folder, options);
        standIns.set(path, standIn);
        return { contents: await standIn };
      });
    },
  };
}

/** Writes the driver's file. Resolves to the module that stands for it in the program, with the very same exports. */
async function buildDriver(name: string, folder: string, options: BuildOptions): Promise<string> {
  const file = `${name.replace(/^@/, '').replaceAll('/', '-')}.cjs`;
  // Node adds 'module.exports' to what CommonJS exports; nobody imports that by name.
  const names = Object.keys((await import(name)) as object).filter((one) => one !== 'module.exports');
  await build({
    ...options,
    stdin: {
      contents: `export { ${names.join(', ')} } from ${JSON.stringify(name)};`,
      resolveDir: root,
      // By this ending esbuild imports CommonJS as Node does.
      sourcefile: 'driver.mjs',
    },
    outfile: join(folder, 'drivers', file),
    plugins: [placeOfItsOwn],
    // Compiled add-ons are for one machine and never installed here; who asks for one goes on without it.
    external: [...(options.external ?? []), '*.node'],
  });
  return [
    `const driver = require("./drivers/${file}");`,
    ...names.map((one, n) => `const export${n} = driver.${one}; export { export${n} as ${one} };`),
  ].join('\n');
}

/**
 * A package that asks where it is finds itself where it was built from no more: what it reads from beside it (WebAssembly
 * of @platformatic/kafka) is put inside, and for everything else the place is that of the driver's file.
 */
const placeOfItsOwn: Plugin = {
  name: 'place-of-its-own',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/].*\.m?js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!source.includes('import.meta.url')) return undefined;
      const contents = source
        .replace(/readFileSync\(new URL\('([^']+)', import\.meta\.url\)\)/g, (_all, file: string) => {
          const bytes = readFileSync(join(dirname(path), file));
          return `Buffer.from('${bytes.toString('base64')}', 'base64')`;
        })
        .replaceAll('import.meta.url', 'process.getBuiltinModule("node:url").pathToFileURL(__filename).href');
      return { contents };
    });
  },
};
