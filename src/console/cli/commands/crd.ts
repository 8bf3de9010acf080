import { crdYaml } from '../../../deploy/kubernetes/index.ts';
import { parseLine, type OptionSpec } from '../options.ts';
import { exitCode, UsageError } from '../usage.ts';

export const crdOptions: OptionSpec = {};

/** `gantry crd`: the CustomResourceDefinition of Integrations, for kubectl apply. */
export async function runCrd(args: readonly string[]): Promise<number> {
  const { paths } = parseLine(args, crdOptions);
  if (paths.length > 0) throw new UsageError('gantry crd takes no arguments.', 'gantry crd | kubectl apply -f -');
  console.log(crdYaml().trimEnd());
  return exitCode.ok;
}
