import { readFileSync } from 'node:fs';
import { join } from 'node:path';

declare const GANTRY_VERSION: string | undefined;

/** Put in by the bundler; read from package.json when the sources run directly. */
export const version: string =
  typeof GANTRY_VERSION === 'string'
    ? GANTRY_VERSION
    : (JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string })
        .version;
