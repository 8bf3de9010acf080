import type { ConfigOf } from '../../engine/ports.ts';
import type { Message } from '../../message/message.ts';
import { parseXml } from '../../message/xml/parse.ts';
import { mediaTypeOf } from '../body-from.ts';
import { attr, defineMediator, keyText, type Mediator, type Scope } from '../kit.ts';
import { setContentType } from '../property/property.ts';
import { argumentsField } from './arguments.ts';
import { fillFormat } from './fill.ts';
import { formatField } from './format.ts';
import { fillTemplate, templateIn, templateProblem } from './template.ts';

const shape = {
  mediaType: attr.oneOf(['xml', 'json', 'text'], { name: 'media-type', doc: 'Kind of the new body.', default: 'xml' }),
  templateType: attr.lenient(['default', 'freemarker'], {
    name: 'template-type',
    doc: 'Language of the format. freemarker: an Apache FreeMarker template that reads payload, vars, args, ctx, axis2 and trp.',
    default: 'default',
    otherwise: 'default',
  }),
  escapeXmlChars: attr.boolean({ doc: 'Escapes control characters in JSON that an argument brings.', default: false }),
  format: formatField,
  args: argumentsField,
};

type PayloadConfig = ConfigOf<typeof shape>;

const written = { xml: 'application/xml', json: 'application/json', text: 'text/plain' } as const;

export const payloadFactory: Mediator = defineMediator({
  tag: 'payloadFactory',
  summary: 'Replaces the body with a new one, made from a format and values.',
  notes:
    'In JSON a text is escaped as a JSON string and an object goes in as an object; XML is turned into JSON. In XML a text is ' +
    'escaped, elements go in as elements, JSON becomes elements. Outside of quotes ${...} writes a string with its quotes. ' +
    'SOAP headers and the SOAP version of the message stay. The message is written as the media type from then on. ' +
    'FreeMarker writes numbers for people, in English (1,234.5); ?c writes them for machines. What a template does not run: ' +
    'include, import, escape, output formats, XPath.',
  shape,
  needsBody: (config) => needsBody(config),
  faults: {
    FORMAT_NOT_WELL_FORMED: 'The format is not XML any more once the values are in it.',
  },
  check(config, from) {
    if (config.templateType === 'freemarker' && config.format?.key === undefined) {
      const problem = templateProblem(templateIn(config.format));
      if (problem) from.problem('BAD_EXPRESSION', problem.text, { hint: problem.hint });
    }
    for (const piece of config.format?.pieces ?? []) {
      if (
        typeof piece === 'object' &&
        'argument' in piece &&
        (piece.argument < 1 || piece.argument > (config.args?.list.length ?? 0))
      ) {
        from.problem('MISSING_ARGUMENT', `The format uses $${piece.argument}, but there is no such <arg>.`, {
          level: 'warning',
          hint: 'It stays in the body as it is written.',
        });
      }
    }
  },
  examples: [
    {
      title: 'JSON with arguments',
      xml: `<payloadFactory media-type="json"><format>{"city":"$1","raw":$2}</format><args><arg expression="get-property('city')"/><arg evaluator="json" expression="$.a"/></args></payloadFactory>`,
      given: { body: '{"a":{"b":1}}', properties: { city: 'say "hi"' } },
      then: 'next: {"city":"say \\"hi\\"","raw":{"b":1}}',
    },
    {
      title: 'Expressions in place',
      xml: '<payloadFactory media-type="json"><format>{"name":${payload.name},"text":"${payload.pet}"}</format></payloadFactory>',
      given: '{"name":"Ann","pet":{"n":1}}',
      then: 'next: {"name":"Ann","text":"{\\"n\\":1}"}',
    },
    {
      title: 'XML: text is escaped, elements are not',
      xml: `<payloadFactory media-type="xml"><format><r xmlns=""><t>$1</t><e>$2</e></r></format><args><arg expression="get-property('t')"/><arg expression="//q/p"/></args></payloadFactory>`,
      given: { body: '<q><p><i>1</i></p></q>', properties: { t: 'a < b' } },
      then: 'next: <r><t>a &lt; b</t><e><p><i>1</i></p></e></r>',
    },
    {
      title: 'Text',
      xml: '<payloadFactory media-type="text"><format>Dear ${payload.name}</format></payloadFactory>',
      given: '{"name":"Ann"}',
      then: 'next: Dear Ann',
    },
    {
      title: 'A FreeMarker template',
      xml: '<payloadFactory media-type="json" template-type="freemarker"><format><![CDATA[[<#list payload.items as item>{"name":"${item.name?json_string}","cents":${(item.price * 100)?c}}<#sep>,</#list>]]]></format></payloadFactory>',
      given: '{"items":[{"name":"Lamp","price":9.5},{"name":"Desk","price":1500.25}]}',
      then: 'next: [{"name":"Lamp","cents":950},{"name":"Desk","cents":150025}]',
    },
  ],
  run(config, message, scope) {
    const text = make(config, message, scope).trim();
    message.axis2.delete('NO_ENTITY_BODY');
    if (config.mediaType === 'xml') return setXml(text, message, scope);
    if (config.mediaType === 'json') message.body.setBytes(new TextEncoder().encode(text), written.json);
    else message.body.setText(text);
    message.body.contentType = written[config.mediaType];
    message.axis2.set('messageType', written[config.mediaType]);
    setContentType(message, written[config.mediaType]);
    return 'next';
  },
});

/** An XML body is put into the envelope that is there, so that must be known. */
function needsBody(config: PayloadConfig): boolean {
  return config.mediaType === 'xml' || config.templateType === 'freemarker' || config.format?.key !== undefined;
}

function setXml(text: string, message: Message, scope: Scope): 'next' {
  const root = parsed(text, scope);
  const before = message.body.contentType;
  const asked = message.axis2.get('messageType');
  const type = mediaTypeOf(typeof asked === 'string' ? asked : (before ?? ''));
  message.body.setXml(root);
  if (type === 'text/xml' || type === 'application/soap+xml' || type === 'application/xml') {
    message.body.contentType = before;
    return 'next';
  }
  message.body.contentType = written.xml;
  message.axis2.set('messageType', written.xml);
  setContentType(message, written.xml);
  return 'next';
}

function parsed(text: string, scope: Scope): ReturnType<typeof parseXml> {
  try {
    // The padding lets a format begin with text; the first element is what counts, as in Synapse.
    const [root] =
      text.startsWith('<') && !text.startsWith('<?')
        ? [parseXml(text)]
        : parseXml(`<p>${text.replace(/^<\?.*?\?>/, '')}</p>`).elements();
    if (root) {
      root.parent = null;
      return root;
    }
  } catch (error) {
    throw scope.fault('FORMAT_NOT_WELL_FORMED', { reason: (error as Error).message }, { cause: error });
  }
  throw scope.fault('FORMAT_NOT_WELL_FORMED', { reason: 'there is no element' });
}

function make(config: PayloadConfig, message: Message, scope: Scope): string {
  const { format, args } = config;
  if (!format) throw scope.fault('NOT_SUPPORTED', undefined, { text: 'The payloadFactory has no format.' });
  const source = format.key ? resourceText(keyText(format.key, message), message, scope) : undefined;
  if (config.templateType !== 'freemarker') return fillFormat(config, format, source, message);
  const values = (args?.list ?? []).map((a) => a.value ?? a.expression?.text(message) ?? '');
  return fillTemplate(source ?? templateIn(format), values, message);
}

function resourceText(key: string, message: Message, scope: Scope): string {
  const resource = message.environment.resource(key);
  if (!resource) throw scope.fault('RESOURCE_NOT_FOUND', { key });
  return new TextDecoder().decode(resource.bytes);
}
