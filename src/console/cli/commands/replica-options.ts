import type { OptionSpec } from '../options.ts';

/** Apart from the command itself, which loads a whole replica. */
export const replicaOptions: OptionSpec = {
  port: { type: 'string' },
  'https-port': { type: 'string' },
  'health-port': { type: 'string' },
  host: { type: 'string' },
  registry: { type: 'string' },
  'env-file': { type: 'string' },
  'log-format': { type: 'string' },
  'log-level': { type: 'string' },
};
