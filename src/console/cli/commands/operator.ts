import { inspectInChild, openCluster, startOperator } from '../../../deploy/kubernetes/operator/index.ts';
import { createLogger, outliveReaders } from '../../../log.ts';
import { integerOption, parseLine, textOption, wordOption, type OptionSpec } from '../options.ts';
import { untilToldToGo } from '../told-to-go.ts';
import { exitCode, UsageError } from '../usage.ts';

export const operatorOptions: OptionSpec = {
  namespace: { type: 'string' },
  'all-namespaces': { type: 'boolean' },
  'runtime-image': { type: 'string' },
  'health-port': { type: 'string' },
  'log-format': { type: 'string' },
  'log-level': { type: 'string' },
};

/** `gantry operator`: makes the cluster what its Integrations say, until it is told to go. */
export async function runOperator(args: readonly string[]): Promise<number> {
  const line = parseLine(args, operatorOptions);
  const runtimeImage = textOption(line, 'runtime-image') ?? process.env['GANTRY_RUNTIME_IMAGE'];
  if (runtimeImage === undefined)
    throw new UsageError(
      'Which image runs artifacts of ConfigMaps is not said.',
      'Give --runtime-image: one made by gantry image --runtime-only.',
    );
  const log = createLogger({
    format: wordOption(line, 'log-format', ['mi', 'json'], 'mi'),
    level: wordOption(line, 'log-level', ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'], 'INFO'),
  }).named('Operator');
  const told = untilToldToGo();
  outliveReaders();
  const cluster = await openCluster({ onWarning: (text) => log.warn(`API_WARNING ${text}`) });
  const operator = await startOperator({
    cluster,
    ownNamespace: cluster.namespace,
    name: 'gantry-operator',
    namespace: line.values['all-namespaces'] === true ? 'all' : (textOption(line, 'namespace') ?? cluster.namespace),
    pod: process.env['GANTRY_POD'] ?? `operator-${process.pid}`,
    node: process.env['GANTRY_NODE'] ?? 'node-1',
    runtimeImage,
    inspectFiles: inspectInChild(process.argv.slice(1, 2)),
    healthPort: integerOption(line, 'health-port', 9201),
    log,
  });
  log.info(`STARTED health and metrics on port ${operator.healthPort}`);
  await told;
  await operator.stop();
  return exitCode.ok;
}
