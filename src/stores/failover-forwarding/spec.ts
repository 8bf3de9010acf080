import { param } from '../../artifacts/parameters.ts';
import { lostSignal } from '../../engine/lost-signal.ts';
import { Fault } from '../../errors.ts';
import { Forward } from '../forwarding/forward.ts';
import { forwardingParameters, optionsOf, paceOf } from '../forwarding/parameters.ts';
import { keepProcessing } from '../processing.ts';
import { defineProcessor, type ProcessorKind } from '../processor-kind.ts';

export const failoverForwarding: ProcessorKind = defineProcessor({
  name: 'failover-forwarding',
  summary: 'Moves messages to another store: from a failover store back to the one they were meant for.',
  classes: [
    'org.apache.synapse.message.processor.impl.failover.FailoverScheduledMessageForwardingProcessor',
    'org.apache.synapse.message.processor.impl.forwarder.FailoverScheduledMessageForwardingProcessor',
  ],
  parameters: {
    ...forwardingParameters,
    target: param.text('message.target.store.name', { doc: 'The store they are moved to.', required: true }),
  },
  process(config, parts) {
    const options = optionsOf(config, {
      async deliver(_, stored, term) {
        const target = parts.library().store(config.target);
        if (!target) throw new Fault('STORE_NOT_FOUND', { detail: { name: config.target } });
        await target.put(stored, term);
        return { status: undefined, fault: false };
      },
    });
    return async (term) => {
      using lost = lostSignal(term);
      const forward = new Forward(options, parts, term, lost.signal);
      await keepProcessing(term, parts, config, paceOf(config, parts), forward);
    };
  },
});
