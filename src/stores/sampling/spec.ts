import { param } from '../../artifacts/parameters.ts';
import { atIntervals, byCron } from '../pace.ts';
import { keepProcessing } from '../processing.ts';
import { defineProcessor, paceParameters, type ProcessorKind } from '../processor-kind.ts';
import { Sample } from './sample.ts';

export const sampling: ProcessorKind = defineProcessor({
  name: 'sampling',
  summary: 'Takes messages out of a store at intervals and runs each through a sequence.',
  notes:
    'A message leaves the store when its sequence has ended. One whose fault nothing handled is logged and gone, as in ' +
    'MI, unless there is a store for failed messages.',
  classes: [
    'org.apache.synapse.message.processor.impl.sampler.SamplingProcessor',
    'org.apache.synapse.message.processors.sampler.SamplingProcessor',
  ],
  parameters: {
    ...paceParameters,
    sequence: param.text('sequence', { doc: 'The sequence that takes each message.', required: true }),
    concurrency: param.integer('concurrency', {
      doc: 'Messages taken at each interval, run side by side.',
      default: 1,
      min: 1,
    }),
  },
  process(config, parts) {
    const { cron, intervalMs } = config;
    return async (term) => {
      const sample = new Sample(config, parts, term);
      const pace =
        cron === undefined ? atIntervals(intervalMs, false, parts.clock) : byCron(cron, undefined, parts.clock);
      await keepProcessing(term, parts, config, pace, sample);
    };
  },
});
