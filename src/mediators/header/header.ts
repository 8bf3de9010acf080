import type { ElementReader } from '../../artifacts/shape/reader.ts';
import type { ConfigOf } from '../../engine/ports.ts';
import type { Addressing, Message } from '../../message/message.ts';
import { cloneNode, XmlElement } from '../../message/xml/tree.ts';
import { attr, defineMediator, type Mediator } from '../kit.ts';
import { checkPrefix, inlineXml, qualifiedNameAttribute, type QualifiedName } from '../parts.ts';
import { isJsonBody } from '../body-kind.ts';

/** Names that mean WS-Addressing when they have no prefix. Source: SynapseConstants HEADER_*. */
const addressing: Readonly<Record<string, keyof Addressing>> = {
  To: 'to',
  From: 'from',
  Action: 'action',
  FaultTo: 'faultTo',
  ReplyTo: 'replyTo',
  MessageID: 'messageId',
  RelatesTo: 'relatesTo',
};

const shape = {
  name: qualifiedNameAttribute({
    doc: 'To, From, Action, FaultTo, ReplyTo, MessageID, RelatesTo, or the (prefixed) name of any SOAP header.',
  }),
  value: attr.text({ doc: 'The value as it stands.' }),
  expression: attr.expression({ doc: 'What computes the value.' }),
  scope: attr.oneOf(['default', 'transport'], {
    doc: 'default: a header of the SOAP envelope; transport: a header of the protocol, such as HTTP.',
    default: 'default',
  }),
  action: attr.lenient(['set', 'remove'], { doc: 'Set or remove it.', default: 'set', otherwise: 'set' }),
  inline: inlineXml({ doc: 'Whole SOAP headers written in place, instead of name and value.' }),
};

type HeaderConfig = ConfigOf<typeof shape>;

export const header: Mediator = defineMediator({
  tag: 'header',
  summary: 'Sets or removes a SOAP header, an address of the message, or a transport header.',
  notes: 'A JSON message has no envelope: SOAP headers set on it are not kept.',
  shape,
  needsBody: (config) => changesEnvelope(config),
  check(config, from) {
    if (config.name === undefined && config.inline.length === 0) {
      from.problem('MISSING_ATTRIBUTE', '<header> needs a name.', {
        hint: 'Write name="...", or the header itself as an element inside.',
      });
    } else if (config.name && config.action === 'set' && config.value === undefined && !config.expression) {
      from.problem('MISSING_ATTRIBUTE', '<header> has neither a value nor an expression.', {
        hint: 'Write value="..." or expression="...", or action="remove".',
      });
    }
    if (config.name && config.scope === 'default') checkSoapName(config.name, from);
  },
  examples: [
    {
      title: 'A transport header',
      xml: '<header name="X-Key" scope="transport" value="k1"/>',
      then: { headers: { 'x-key': 'k1' } },
    },
    {
      title: 'A SOAP header',
      xml: '<header xmlns:t="urn:t" name="t:token" value="abc"/>',
      given: {
        contentType: 'text/xml',
        body: '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header/><e:Body><a/></e:Body></e:Envelope>',
      },
      then: {
        body:
          '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><t:token xmlns:t="urn:t">abc</t:token></e:Header>' +
          '<e:Body><a/></e:Body></e:Envelope>',
      },
    },
    {
      title: 'Removing a transport header',
      xml: '<header name="x-key" scope="transport" action="remove"/>',
      given: { headers: { 'X-Key': 'k1' } },
      then: { headers: {} },
    },
  ],
  run(config, message) {
    const { name } = config;
    if (config.action === 'remove') {
      if (name) removeHeader(name, config, message);
      return 'next';
    }
    if (!name) {
      for (const element of config.inline) addBlock(cloneNode(element), message);
      return 'next';
    }
    const text = config.value ?? config.expression?.text(message) ?? '';
    const field = addressingField(name);
    if (config.scope === 'transport') message.headers.set(name.local, text);
    else if (field) message.addressing[field] = text;
    else {
      const block = new XmlElement(name.local, name.uri, name.prefix);
      if (name.prefix !== '') block.declare(name.prefix, name.uri);
      block.text = text;
      addBlock(block, message);
    }
    return 'next';
  },
});

/**
 * A header of the envelope is in a namespace; only the addresses of the message go without. Synapse does not deploy
 * others (HeaderMediatorFactory); here they are written as they stand.
 */
function checkSoapName(name: QualifiedName, from: ElementReader): void {
  if (!checkPrefix(name, 'name', from, 'warning') || name.prefix !== '' || addressingField(name)) return;
  from.problem('BAD_VALUE', `The SOAP header "${name.written}" has no namespace.`, {
    level: 'warning',
    on: from.attribute('name'),
    hint: 'Give it a prefix, with xmlns:prefix="..."; a header of HTTP is written with scope="transport".',
  });
}

function changesEnvelope(config: HeaderConfig): boolean {
  return config.scope === 'default' && !(config.name && addressingField(config.name));
}

function addressingField(name: QualifiedName): keyof Addressing | undefined {
  return name.uri === '' && Object.hasOwn(addressing, name.local) ? addressing[name.local] : undefined;
}

function removeHeader(name: QualifiedName, config: HeaderConfig, message: Message): void {
  const field = addressingField(name);
  if (config.scope === 'transport') message.headers.delete(name.local);
  else if (field) message.addressing[field] = undefined;
  else {
    if (isJsonBody(message)) return;
    const headers = message.body.envelope().child('Header');
    if (!headers) return;
    const kept = headers.children.filter((c) => c.kind !== 'element' || c.local !== name.local || c.uri !== name.uri);
    if (kept.length === headers.children.length) return;
    headers.children = kept;
    message.body.touchXml();
  }
}

function addBlock(block: XmlElement, message: Message): void {
  if (isJsonBody(message)) return;
  const envelope = message.body.envelope();
  let headers = envelope.child('Header');
  if (!headers) {
    headers = new XmlElement('Header', envelope.uri, envelope.prefix);
    headers.parent = envelope;
    envelope.children.unshift(headers);
  }
  headers.append(block);
  message.body.touchXml();
}
