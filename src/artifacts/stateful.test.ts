import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArtifactKind } from './model.ts';
import { classify } from './stateful.ts';
import { read } from './try-out.ts';

const of = (xml: string): ReturnType<typeof classify> => {
  const { kind, config } = read(xml);
  return classify({ kind: kind.kind, config }, []);
};
const inbound = (attributes: string, parameters = ''): string =>
  `<inboundEndpoint name="a" ${attributes}><parameters>${parameters}</parameters></inboundEndpoint>`;

test('whatever takes work from others is stateful, whatever answers is not', () => {
  const stateful = [
    '<task name="a"/>',
    '<messageProcessor name="a" class="c" messageStore="s"/>',
    inbound('protocol="file"'),
    inbound('protocol="JMS"'),
    inbound('protocol="kafka"'),
    inbound('protocol="mqtt"'),
    inbound('protocol="rabbitmq"'),
    inbound(
      'class="org.wso2.carbon.inbound.kafka.KafkaMessageConsumer"',
      '<parameter name="inbound.behavior">polling</parameter>',
    ),
    inbound('class="x.Y"', '<parameter name="inbound.behavior">eventBased</parameter>'),
    inbound('class="x.Y"'),
    '<proxy name="a" transports="http vfs"><target endpoint="e"/></proxy>',
    '<proxy name="a" transports="jms"><target endpoint="e"/></proxy>',
    '<proxy name="a" transports="rabbitmq"><target endpoint="e"/></proxy>',
  ];
  const stateless = [
    '<api name="a" context="/a"/>',
    '<proxy name="a" transports="http https local"><target endpoint="e"/></proxy>',
    '<proxy name="a"><target endpoint="e"/></proxy>',
    ...['http', 'https', 'ws', 'wss', 'httpws', 'grpc'].map((p) => inbound(`protocol="${p}"`)),
    inbound('class="x.Y"', '<parameter name="inbound.behavior">listening</parameter>'),
    '<messageStore name="a"/>',
    '<sequence name="a"/>',
    '<localEntry key="a">x</localEntry>',
  ];
  for (const xml of stateful) assert.equal(of(xml).stateful, true, xml);
  for (const xml of stateless) assert.equal(of(xml).stateful, false, xml);
});

test('coordination=false lets every replica consume, and the reason says so', () => {
  const found = of(inbound('protocol="jms"', '<parameter name="coordination">false</parameter>'));
  assert.equal(found.stateful, false);
  assert.match(found.reason, /coordination=false/);
});

test('the reason names what a pinned task is pinned to, and the transport of a proxy service', () => {
  assert.match(of('<task name="a" pinnedServers="n1,n2"/>').reason, /n1, n2/);
  assert.match(of('<proxy name="a" transports="http,vfs"><target endpoint="e"/></proxy>').reason, /transport vfs/);
});

test('what could not be read never runs twice', () => {
  for (const kind of ['task', 'inboundEndpoint', 'messageProcessor'] satisfies ArtifactKind[]) {
    assert.equal(classify({ kind, config: undefined }, []).stateful, true);
  }
});
