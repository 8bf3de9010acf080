import { copyMessage } from '../../engine/copy.ts';
import { toStored } from '../../engine/stored.ts';
import { attr, defineMediator, keyText, type Mediator, type Outcome } from '../kit.ts';

export const store: Mediator = defineMediator({
  tag: 'store',
  summary: 'Puts a copy of the message into a message store, from where a message processor takes it.',
  notes:
    'The step is over when the store has the message. What a store refuses is a fault: nothing is lost in silence.',
  shape: {
    messageStore: attr.reference('store', {
      doc: 'Name of the store, or an {expression} that gives it.',
      required: true,
    }),
    sequence: attr.reference('sequence', {
      doc: 'Sequence to run before; what it changes is stored, and stays with the message. It cannot keep it from being stored.',
    }),
  },
  needsBody: true,
  examples: [
    {
      title: 'A store that is not there',
      xml: '<store messageStore="missing"/>',
      given: '<a/>',
      then: 'fault: STORE_NOT_FOUND',
    },
  ],
  async run(config, message, scope): Promise<Outcome> {
    const name = keyText(config.messageStore, message);
    const target = scope.library.store(name);
    if (!target) throw scope.fault('STORE_NOT_FOUND', { name });
    if (config.sequence) {
      const outcome = await scope.runSequence(keyText(config.sequence, message), message);
      if (outcome === 'respond') await scope.exchange.respond(message);
      await message.body.load(scope.signal);
    }
    const stored = copyMessage(message);
    const { fence } = message.conversation;
    fence?.assert();
    const by = fence?.artifact === undefined ? undefined : { artifact: fence.artifact, token: fence.token };
    await target.put(toStored(stored), by);
    return 'next';
  },
});
