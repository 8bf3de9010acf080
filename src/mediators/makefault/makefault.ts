import type { ElementReader } from '../../artifacts/shape/reader.ts';
import type { ConfigOf } from '../../engine/ports.ts';
import type { Message, Value } from '../../message/message.ts';
import { learnAddressing } from '../../message/soap.ts';
import { cloneNode, XmlElement, XmlText, type XmlNode } from '../../message/xml/tree.ts';
import { isJsonBody } from '../body-kind.ts';
import { attr, child, defineMediator, type Mediator } from '../kit.ts';
import { checkPrefix, inlineXml, ownText, qualifiedNameAttribute, type QualifiedName } from '../parts.ts';
import { nodesOf } from '../values.ts';

const SOAP11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const SOAP12 = 'http://www.w3.org/2003/05/soap-envelope';
const soap11Codes = ['VersionMismatch', 'MustUnderstand', 'Client', 'Server'];
const soap12Codes = ['VersionMismatch', 'MustUnderstand', 'DataEncodingUnknown', 'Sender', 'Receiver'];

const shape = {
  version: attr.oneOf(['soap11', 'soap12', 'pox'], {
    doc: 'Kind of fault. Without it the kind of the message: pox for JSON and plain XML.',
  }),
  response: attr.boolean({
    doc: 'Whether the fault is a response from now on, so that <send/> answers the client.',
    default: true,
  }),
  code: child.element(
    {
      value: qualifiedNameAttribute({ doc: 'The fault code, with a prefix of the SOAP namespace.' }),
      expression: attr.expression({ doc: 'Computes the code (without prefix).' }),
    },
    { doc: 'The fault code.' },
  ),
  reason: child.element(
    { value: attr.text({ doc: 'Fixed text.' }), expression: attr.expression({ doc: 'Computes the text.' }) },
    { doc: 'What went wrong, for people.' },
  ),
  node: child.text({ doc: 'Which SOAP node faulted (SOAP 1.2).' }),
  role: child.text({ doc: 'In which role it faulted: faultactor in SOAP 1.1.' }),
  detail: child.element(
    {
      expression: attr.expression({ doc: 'Computes the detail: text or elements.' }),
      elements: inlineXml({ doc: 'Elements of the detail.' }),
      text: ownText({ doc: 'Text of the detail.' }),
    },
    { doc: 'More about it, for programs.' },
  ),
};

type MakefaultConfig = ConfigOf<typeof shape>;

export const makefault: Mediator = defineMediator({
  tag: 'makefault',
  summary: 'Replaces the body with a SOAP fault or a plain XML fault.',
  notes:
    'SOAP headers are kept. The message is addressed to its FaultTo or ReplyTo address, and relates to the message it was. ' +
    'The plain fault is <Exception> with the detail, or the reason when there is none.',
  shape,
  needsBody: true,
  check(config, from) {
    const { code, version } = config;
    if (version !== 'pox' && !code?.value && !code?.expression) {
      from.problem('MISSING_ELEMENT', '<makefault> needs a <code> with a value or an expression.', {
        hint: 'For example <code xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" value="soap:Server"/>.',
      });
    }
    const { reason } = config;
    if (reason ? reason.value === undefined && !reason.expression : version !== 'pox') {
      from.problem('MISSING_ELEMENT', '<makefault> needs a <reason> with a value or an expression.');
    }
    if (code?.value) checkCode(code.value, version, from);
    if (version === 'soap11' && config.node !== undefined) {
      from.problem('NO_EFFECT', 'A SOAP 1.1 fault has no node.', { level: 'warning' });
    }
  },
  examples: [
    {
      title: 'A SOAP 1.1 fault',
      xml:
        '<makefault version="soap11"><code xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" value="s:Server"/>' +
        '<reason value="no such order"/><detail>17</detail></makefault>',
      given: '<a/>',
      then: {
        outcome: 'next',
        body:
          '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header/><soapenv:Body><soapenv:Fault>' +
          '<faultcode xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">s:Server</faultcode><faultstring>no such order</faultstring>' +
          '<detail>17</detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>',
      },
    },
    {
      title: 'A plain fault',
      xml: '<makefault version="pox"><reason expression="//why"/></makefault>',
      given: '<a><why>too late</why></a>',
      then: 'next: <Exception>too late</Exception>',
    },
  ],
  run(config, message) {
    learnAddressing(message);
    const version = config.version ?? versionOf(message);
    if (version === 'pox') makePlainFault(config, message);
    else makeSoapFault(config, message, version);
    if (config.response) {
      message.direction = 'response';
      message.addressing.to = message.addressing.replyTo;
    }
    return 'next';
  },
});

/** A fixed code is one of those SOAP has. Without a version it may be of either. Source: FaultMediatorFactory. */
function checkCode(code: QualifiedName, version: MakefaultConfig['version'], from: ElementReader): void {
  const inside = from.inside(from.child('code') ?? from.element);
  if (!checkPrefix(code, 'value', inside) || version === 'pox') return;
  const is11 = code.uri === SOAP11 && soap11Codes.includes(code.local);
  const is12 = code.uri === SOAP12 && soap12Codes.includes(code.local);
  if (version === 'soap11' ? is11 : version === 'soap12' ? is12 : is11 || is12) return;
  const [words, codes, uri] =
    version === 'soap12' ? ['SOAP 1.2', soap12Codes, SOAP12] : ['SOAP 1.1', soap11Codes, SOAP11];
  inside.problem('BAD_VALUE', `"${code.written}" is not a fault code of ${words}.`, {
    on: inside.attribute('value'),
    hint: `Write one of ${codes.join(', ')} with a prefix of ${uri}.`,
  });
}

function versionOf(message: Message): 'soap11' | 'soap12' | 'pox' {
  if (isJsonBody(message)) return 'pox';
  const type = message.body.contentType ?? '';
  if (/application\/soap\+xml/i.test(type)) return 'soap12';
  if (/text\/xml/i.test(type)) return message.body.envelope().uri === SOAP12 ? 'soap12' : 'soap11';
  return message.body.form === 'empty' || type === '' ? 'soap11' : 'pox';
}

function makePlainFault(config: MakefaultConfig, message: Message): void {
  const exception = new XmlElement('Exception');
  exception.text = plainText(config, message);
  message.body.setXml(exception);
  // Axis2 calls it processing a fault: the answer's status is 500, as with a SOAP fault.
  message.axis2.set('FAULT_MESSAGE', 'TRUE');
}

function plainText(config: MakefaultConfig, message: Message): string {
  const { detail, reason } = config;
  if (detail && detail.text !== '' && detail.elements.length === 0) return detail.text;
  if (detail?.expression) return detail.expression.text(message);
  return reason?.value ?? reason?.expression?.text(message) ?? '';
}

function makeSoapFault(config: MakefaultConfig, message: Message, version: 'soap11' | 'soap12'): void {
  const uri = version === 'soap11' ? SOAP11 : SOAP12;
  const envelope = soapElement('Envelope', uri);
  envelope.declare('soapenv', uri);
  const header = soapElement('Header', uri);
  const body = soapElement('Body', uri);
  envelope.append(header, body);
  const code = codeOf(config, message, uri);
  const reason = config.reason?.value ?? config.reason?.expression?.text(message) ?? '';
  const detail = detailOf(config, message);
  body.append(version === 'soap11' ? fault11(code, reason, detail, config) : fault12(code, reason, detail, config));
  if (!isJsonBody(message) && message.body.form !== 'empty') {
    header.append(...(message.body.envelope().child('Header')?.children.map(cloneNode) ?? []));
  }
  message.body.setXml(envelope);
  const { addressing } = message;
  addressing.to = addressing.faultTo ?? addressing.replyTo;
  addressing.relatesTo = addressing.messageId ?? message.id;
}

function fault11(
  code: QualifiedName,
  reason: string,
  detail: XmlNode[] | undefined,
  config: MakefaultConfig,
): XmlElement {
  const fault = soapElement('Fault', SOAP11).append(codeElement('faultcode', '', code), leaf('faultstring', reason));
  if (config.role !== undefined && config.role.trim() !== '') fault.append(leaf('faultactor', config.role.trim()));
  if (detail) fault.append(new XmlElement('detail').append(...detail));
  return fault;
}

function fault12(
  code: QualifiedName,
  reason: string,
  detail: XmlNode[] | undefined,
  config: MakefaultConfig,
): XmlElement {
  const text = soapElement('Text', SOAP12, reason);
  text.setAttribute('xml:lang', 'en', 'http://www.w3.org/XML/1998/namespace');
  const fault = soapElement('Fault', SOAP12).append(
    soapElement('Code', SOAP12).append(codeElement('Value', SOAP12, code)),
    soapElement('Reason', SOAP12).append(text),
  );
  if (config.node !== undefined && config.node.trim() !== '')
    fault.append(soapElement('Node', SOAP12, config.node.trim()));
  if (config.role !== undefined && config.role.trim() !== '')
    fault.append(soapElement('Role', SOAP12, config.role.trim()));
  if (detail) fault.append(soapElement('Detail', SOAP12).append(...detail));
  return fault;
}

/** A code keeps the prefix it was written with: clients compare it. */
function codeOf(config: MakefaultConfig, message: Message, soap: string): QualifiedName {
  const { value, expression } = config.code ?? {};
  if (value) return value;
  const local = expression?.text(message).trim() ?? 'Server';
  return { written: `soapenv:${local}`, prefix: 'soapenv', local, uri: soap, declared: true };
}

function codeElement(local: string, uri: string, code: QualifiedName): XmlElement {
  const element = uri === '' ? new XmlElement(local) : soapElement(local, uri);
  if (code.prefix !== '') element.declare(code.prefix, code.uri);
  element.text = code.written;
  return element;
}

function detailOf(config: MakefaultConfig, message: Message): XmlNode[] | undefined {
  const { detail } = config;
  if (!detail) return undefined;
  if (detail.expression) {
    const value: Value = detail.expression.evaluate(message);
    return nodesOf(value) ?? [new XmlText(detail.expression.text(message))];
  }
  if (detail.elements.length > 0) return detail.elements.map(cloneNode);
  return detail.text === '' ? undefined : [new XmlText(detail.text)];
}

function soapElement(local: string, uri: string, text = ''): XmlElement {
  const element = new XmlElement(local, uri, 'soapenv');
  element.text = text;
  return element;
}

function leaf(local: string, text: string): XmlElement {
  const element = new XmlElement(local);
  element.text = text;
  return element;
}
