import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { InspectFiles } from '../act/actor.ts';
import { inspectVariable, readReport } from './report.ts';

const run = promisify(execFile);

const limitMs = 60_000;

/**
 * Has the files of a ConfigMap explained by a process of its own: the operator stays small, and artifacts that bring a
 * reader down do not bring the operator down. `program`: what `gantry` is started by.
 */
export function inspectInChild(program: readonly string[]): InspectFiles {
  return async (name, { data = {}, binaryData = {} }, signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'gantry-inspect-'));
    try {
      const project = join(folder, name);
      mkdirSync(project);
      for (const [file, text] of Object.entries(data)) writeFileSync(join(project, file), text);
      for (const [file, text] of Object.entries(binaryData)) writeFileSync(join(project, file), text, 'base64');
      const env = { PATH: process.env['PATH'], [inspectVariable]: '1' };
      const options = { env, signal, timeout: limitMs, maxBuffer: 2 ** 24 };
      const { stdout } = await run(process.execPath, [...program, 'replica', project], options);
      const report = readReport(stdout.split('\n'));
      if (report === undefined) throw new Error('the process that read them wrote no report');
      return report;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
