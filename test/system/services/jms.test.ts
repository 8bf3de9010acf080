/** The JMS inbound endpoint against real brokers: ARTEMIS_AMQP_URL and ACTIVEMQ_AMQP_URL name them. */
import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import { openJmsQueue } from '../../../src/transports/jms/queue.ts';
import { createJmsSender } from '../../../src/transports/jms/sender.ts';
import { jms } from '../../../src/transports/jms/spec.ts';
import { Consuming } from '../../conformance/consuming.ts';
import { inboundClaims, type InboundUnderTest } from '../../conformance/inbound.ts';
import { sendTexts, service, untouchable } from './brokers.ts';
import { queueClaims } from './queue-claims.ts';

const brokers = [
  { name: 'artemis', variable: 'ARTEMIS_AMQP_URL', deadLetters: 'DLQ' },
  { name: 'activemq', variable: 'ACTIVEMQ_AMQP_URL', deadLetters: 'ActiveMQ.DLQ' },
] as const;

let made = 0;

for (const { name, variable, deadLetters } of brokers) {
  const server = process.env[variable];
  describe(`jms (${name})`, { skip: server === undefined && `${variable} names no server` }, () => {
    const { host, username, password } = new URL(server ?? 'amqp://nobody');
    const login = {
      'java.naming.factory.initial': 'org.apache.activemq.jndi.ActiveMQInitialContextFactory',
      'java.naming.provider.url': `amqp://${host}`,
      'transport.jms.UserName': username,
      'transport.jms.Password': password,
    };
    const sender = createJmsSender();
    after(() => sender.close());
    const newName = (): string => `gantry-${process.pid}-${++made}`;
    const open = async (change: Readonly<Record<string, string>> = {}): Promise<InboundUnderTest> => {
      const destination = newName();
      const type = change['transport.jms.DestinationType'] ?? 'queue';
      const query = new URLSearchParams({ ...login, 'transport.jms.DestinationType': type }).toString();
      return {
        kind: jms,
        parameters: {
          ...login,
          'transport.jms.Destination': destination,
          'transport.jms.retry.duration': '500',
          'gantry.jms.redelivery.delay': '10',
          ...change,
        },
        send: (texts) => sendTexts(sender, new URL(`jms:/${destination}?${query}`), texts),
        server: { stop: () => service('kill', name), start: () => service('up', name) },
      };
    };
    const features = {
      ordered: true,
      rollback: 'comes again',
      unacknowledged: 'comes again',
      inHand: 1,
      shared: true,
      keeps: true,
      serverStays: untouchable,
    } as const;

    inboundClaims(name, features, () => open());
    if (name === 'artemis')
      inboundClaims(
        `${name}, shared subscription`,
        {
          ...features,
          keeps: 'a topic keeps nothing without a durable subscription',
          unacknowledged: 'is lost',
          serverStays: 'seen above',
        },
        () => open({ 'transport.jms.DestinationType': 'topic', 'transport.jms.SharedSubscription': 'true' }),
      );
    // On several connections.
    if (name === 'activemq')
      inboundClaims(
        `${name}, several at once`,
        { ...features, ordered: false, inHand: 4, backlog: 300, serverStays: 'seen above' },
        () => open({ 'transport.jms.ConcurrentConsumers': '4' }),
      );
    inboundClaims(
      `${name}, durable subscription`,
      { ...features, shared: 'it belongs to one client', serverStays: 'seen above' },
      () =>
        open({
          'transport.jms.DestinationType': 'topic',
          'transport.jms.SubscriptionDurable': 'true',
          'transport.jms.DurableSubscriberClientID': newName(),
          'transport.jms.DurableSubscriberName': 'subscription',
        }),
    );

    queueClaims({ open, login: { user: 'transport.jms.UserName', password: 'transport.jms.Password' } });

    const start = async (
      t: TestContext,
      change: Readonly<Record<string, string>>,
    ): Promise<readonly [InboundUnderTest, Consuming]> => {
      const under = await open(change);
      return [under, await Consuming.start(t, under)];
    };

    test('a message that fails too often goes to the dead-letter queue, and holds up no other', async (t) => {
      const [under, consuming] = await start(t, { 'gantry.jms.max.redeliveries': '2' });
      const bad = `bad ${newName()}`;
      await under.send([bad, 'good']);
      const counts: unknown[] = [];
      for (let good = 0; counts.length < 3 || good === 0;) {
        const { text, message, finish } = await consuming.next();
        if (text === bad) counts.push(message.properties.get('jms.message.delivery.count'));
        else good++;
        finish(text === bad ? 'rollback' : 'done');
      }
      assert.deepEqual(counts, ['1', '2', '3']);
      assert.ok(await foundIn(deadLetters, bad));
    });

    test('only messages that fit the selector are taken', async (t) => {
      const [under, consuming] = await start(t, {
        'transport.jms.MessageSelector': "JMSPriority = 4 AND color = 'red'",
      });
      const query = new URLSearchParams(login).toString();
      const url = new URL(`jms:/${under.parameters['transport.jms.Destination']}?${query}`);
      await sendTexts(sender, url, ['blue'], { color: 'blue' });
      await sendTexts(sender, url, ['red'], { color: 'red' });
      const { text, finish } = await consuming.next();
      finish('done');
      assert.equal(text, 'red');
    });

    test('after failures in a row none is taken for a while, and then again', async (t) => {
      const [under, consuming] = await start(t, {
        'transport.jms.RetriesBeforeSuspension': '2',
        'transport.jms.PollingSuspensionPeriod': '300',
      });
      await under.send(['one']);
      (await consuming.next()).finish('rollback');
      (await consuming.next()).finish('rollback');
      assert.match(await consuming.untilWaiting(), /2 messages in a row failed/);
      await consuming.untilRunning();
      const again = await consuming.next();
      assert.equal(again.text, 'one');
      again.finish('done');
    });

    async function foundIn(queue: string, text: string): Promise<boolean> {
      const place = { name: queue, user: username, password, factoryName: '', amqpUrl: `amqp://${host}` };
      const none = { initialFactory: undefined, providerUrl: undefined };
      const opened = openJmsQueue({ ...place, ...none, connectionFactories: new Map(), queues: new Map() });
      assert.ok('browse' in opened);
      try {
        const all = await opened.browse(10_000);
        return all.some(({ body }) => Buffer.from(body).toString() === text);
      } finally {
        await opened.close();
      }
    }
  });
}
