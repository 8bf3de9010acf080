import { param } from '../../artifacts/parameters.ts';
import { jdbcParameters } from '../jdbc/parameters.ts';
import { checkJdbc, openTable } from '../jdbc/spec.ts';
import { defineStore, type StoreKind } from '../store-kind.ts';
import { ResequenceStore } from './store.ts';

export const resequence: StoreKind = defineStore({
  name: 'resequence',
  summary: 'Keeps messages in a table of a database, and gives them out in the order of a number each has.',
  notes:
    'Numbers begin at 1. The last one taken is in the table `tbl_lastprocessid`. A message that comes late, its number ' +
    'already passed, goes at once.',
  classes: [
    'org.apache.synapse.message.store.impl.resequencer.ResequenceMessageStore',
    'org.apache.synapse.message.store.ResequenceMessageStore',
  ],
  durability: 'durable',
  parameters: {
    ...jdbcParameters,
    timeout: param.integer('store.resequence.timeout', {
      doc: 'Seconds a missing number is waited for before the lowest one that is there goes; -1: for ever.',
      default: -1,
      min: -1,
    }),
    idPath: param.expression('store.resequence.id.path', {
      doc: 'XPath or JSONPath of the number, in an attribute `expression` or as text.',
      required: true,
    }),
  },
  check: checkJdbc,
  open: (config, parts) =>
    new ResequenceStore(openTable(config, parts, true), {
      name: parts.name,
      idPath: config.idPath,
      timeoutMs: config.timeout < 0 ? undefined : config.timeout * 1_000,
      environment: parts.environment,
      clock: parts.clock,
    }),
});
