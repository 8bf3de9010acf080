import { readFileSync, writeFileSync } from 'node:fs';
import { importFiles, yamlOf, type ImportLine } from '../../../deploy/kubernetes/index.ts';
import { formatPosition } from '../../../errors.ts';
import { parseLine, textOption, type OptionSpec } from '../options.ts';
import { problemLine } from '../problems.ts';
import { exitCode, UsageError } from '../usage.ts';

export const importOptions: OptionSpec = {
  name: { type: 'string' },
  namespace: { type: 'string' },
  image: { type: 'string' },
  output: { type: 'string', short: 'o' },
};

/** `gantry import FILE...`: prints Integrations, and beside them, on standard error, what became of each field. */
export async function runImport(args: readonly string[]): Promise<number> {
  const line = parseLine(args, importOptions);
  if (line.paths.length === 0)
    throw new UsageError('gantry import takes the FILEs to import.', 'gantry import values.yaml --image orders:1');
  const files = line.paths.map((name) => ({ name, text: read(name) }));
  const { objects, lines, problems } = await importFiles(files, {
    name: textOption(line, 'name'),
    namespace: textOption(line, 'namespace'),
    image: textOption(line, 'image'),
  });
  for (const one of lines) console.error(reportLine(one));
  for (const problem of problems) console.error(problemLine(problem));
  const failed = problems.some(({ level }) => level === 'error');
  if (objects.length > 0) {
    const output = textOption(line, 'output');
    if (output === undefined) process.stdout.write(yamlOf(objects));
    else writeFileSync(output, yamlOf(objects));
  }
  return failed ? exitCode.failed : exitCode.ok;
}

function reportLine({ verdict, at, path, text }: ImportLine): string {
  return `${formatPosition(at)} ${verdict}: ${path} -> ${text}`;
}

function read(name: string): string {
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${(error as Error).message}.`);
  }
}
