import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  defaultOperatorSetting,
  operatorChart,
  operatorManifests,
  yamlOf,
  type OperatorSetting,
} from '../../../deploy/kubernetes/index.ts';
import { version } from '../../../runtime/version.ts';
import { integerOption, parseLine, textOption, wordOption, type OptionSpec } from '../options.ts';
import { exitCode, UsageError } from '../usage.ts';

export const operatorManifestsOptions: OptionSpec = {
  operator: { type: 'boolean' },
  image: { type: 'string' },
  namespace: { type: 'string' },
  'all-namespaces': { type: 'boolean' },
  replicas: { type: 'string' },
  format: { type: 'string' },
  output: { type: 'string', short: 'o' },
};

/** `gantry manifests --operator`: the operator's own objects, the kind Integration among them. */
export async function runOperatorManifests(args: readonly string[]): Promise<number> {
  const line = parseLine(args, operatorManifestsOptions);
  if (line.paths.length > 0)
    throw new UsageError('--operator takes no PATH.', 'Its objects are the same for every project.');
  const format = wordOption(line, 'format', ['yaml', 'helm'], 'yaml');
  const output = textOption(line, 'output');
  if (format === 'helm' && output === undefined)
    throw new UsageError('--format helm makes several files.', 'Say where they go: -o DIR.');
  const setting: OperatorSetting = {
    ...defaultOperatorSetting,
    namespace: textOption(line, 'namespace') ?? defaultOperatorSetting.namespace,
    image: textOption(line, 'image') ?? `gantry:${version}`,
    replicas: integerOption(line, 'replicas', 2, 1, 5),
    allNamespaces: line.values['all-namespaces'] === true,
  };
  const files: Readonly<Record<string, string>> =
    format === 'helm'
      ? operatorChart(setting, version)
      : { 'gantry-operator.yaml': yamlOf(operatorManifests(setting)) };
  for (const [name, content] of Object.entries(files)) {
    if (output === undefined) {
      console.log(content.trimEnd());
      continue;
    }
    const path = join(output, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    console.log(path);
  }
  return exitCode.ok;
}
