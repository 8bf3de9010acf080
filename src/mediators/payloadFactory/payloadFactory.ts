import type { ConfigOf } from '../../engine/ports.ts';
import type { Expression, SyntaxProblem } from '../../expressions/expression.ts';
import { failed } from '../../expressions/failure.ts';
import { compileFreemarker, type FreemarkerTemplate } from '../../expressions/freemarker/freemarker.ts';
import type { Compiled } from '../../expressions/syntax.ts';
import type { Message } from '../../message/message.ts';
import { parseXml } from '../../message/xml/parse.ts';
import { serializeXml } from '../../message/xml/serialize.ts';
import { mediaTypeOf, tryXml } from '../body-from.ts';
import { attr, defineMediator, keyText, type Mediator, type Scope } from '../kit.ts';
import { setContentType } from '../property/property.ts';
import { argumentsField, type Argument } from './arguments.ts';
import { formatField, textPieces, withoutIndentation, xmlPieces, type Piece } from './format.ts';
import { argumentForJson, expressionForJson, type ArgumentKind, type Insert, type Place } from './json-values.ts';
import { argumentForXml, expressionForXml } from './xml-values.ts';

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
      const source = freemarkerSource(config);
      const { problem } = compileFreemarker(source);
      if (problem)
        from.problem('BAD_EXPRESSION', `The FreeMarker template does not compile: ${placed(problem, source)}`, {
          hint: problem.hint,
        });
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

// ---------------------------------------------------------------------------- putting values in

/** Pieces with the place each stands at, worked out once per format. */
interface Plan {
  readonly pieces: readonly Piece[];
  readonly places: readonly Place[];
}

const plans = new WeakMap<object, Plan>();
const keyedPlans = new Map<string, Plan>();
const freemarkerTemplates = new Map<string, Compiled<FreemarkerTemplate>>();
const REMEMBERED = 200;

function make(config: PayloadConfig, message: Message, scope: Scope): string {
  const { format } = config;
  if (!format) throw scope.fault('NOT_SUPPORTED', undefined, { text: 'The payloadFactory has no format.' });
  const source = format.key ? resourceText(keyText(format.key, message), message, scope) : undefined;
  if (config.templateType === 'freemarker') return makeFreemarker(source ?? freemarkerSource(config), config, message);
  if (source !== undefined) return fill(keyedPlan(source, config.mediaType), config, message);
  let plan = plans.get(format);
  if (!plan) plans.set(format, (plan = planOf(format.pieces, config.mediaType)));
  return fill(plan, config, message);
}

function fill(plan: Plan, config: PayloadConfig, message: Message): string {
  const cache: (string | undefined)[] = [];
  let out = '';
  for (let i = 0; i < plan.pieces.length; i++) {
    const piece = plan.pieces[i]!;
    if (typeof piece === 'string') out += piece;
    else if ('argument' in piece) {
      const insert = insertArgument(piece.argument, plan.places[i]!, config, message, cache);
      if (!insert.replacesString) out += insert.text;
      else {
        // The object takes the place of the quotes too: the piece before ends with one, the piece after begins with one.
        out = out.slice(0, -1) + insert.text;
        const after = plan.pieces[++i];
        if (typeof after === 'string') out += after.slice(1);
      }
    } else out += insertExpression(piece, plan.places[i]!, config.mediaType, message);
  }
  return out;
}

function insertArgument(
  n: number,
  place: Place,
  config: PayloadConfig,
  message: Message,
  cache: (string | undefined)[],
): Insert {
  const argument = config.args?.list[n - 1];
  if (!argument) return { text: `$${n}`, replacesString: false };
  const text = (cache[n] ??= argument.value ?? argument.expression?.text(message) ?? '');
  const kind = kindOf(argument, config, message);
  if (config.mediaType === 'json') return argumentForJson(text, kind, place);
  return { text: config.mediaType === 'xml' ? argumentForXml(text, kind) : text, replacesString: false };
}

function kindOf(argument: Argument, config: PayloadConfig, message: Message): ArgumentKind {
  const quote = message.properties.get('QUOTE_STRING_IN_PAYLOAD_FACTORY_JSON');
  return {
    language: argument.value !== undefined ? 'fixed' : (argument.expression?.language ?? 'fixed'),
    literal: argument.literal,
    escapeXmlChars: config.escapeXmlChars,
    quoteStrings: typeof quote === 'string' && quote.toLowerCase() === 'true',
  };
}

function insertExpression(
  expression: Expression,
  place: Place,
  mediaType: PayloadConfig['mediaType'],
  message: Message,
): string {
  if (mediaType === 'text') return expression.text(message);
  const value = expression.evaluate(message);
  const authored = !/^\$\{\s*(?:payload|\$|[^\s.[(]+\()/.test(expression.source);
  return mediaType === 'json' ? expressionForJson(value, place, authored) : expressionForXml(value, authored);
}

/** Finds out which pieces stand inside JSON strings. */
function planOf(pieces: readonly Piece[], mediaType: PayloadConfig['mediaType']): Plan {
  if (mediaType !== 'json') return { pieces, places: pieces.map(() => 'bare' as const) };
  let inString = false;
  const places = pieces.map((piece, i): Place => {
    if (typeof piece === 'string') {
      for (let c = 0; c < piece.length; c++) {
        if (piece[c] === '\\' && inString) c++;
        else if (piece[c] === '"') inString = !inString;
      }
      return 'bare';
    }
    if (!inString) return 'bare';
    const before = pieces[i - 1];
    const after = pieces[i + 1];
    const alone =
      typeof before === 'string' && before.endsWith('"') && typeof after === 'string' && after.startsWith('"');
    return alone ? 'wholeString' : 'inString';
  });
  return { pieces, places };
}

// ---------------------------------------------------------------------------- formats under a key, FreeMarker

function resourceText(key: string, message: Message, scope: Scope): string {
  const resource = message.environment.resource(key);
  if (!resource) throw scope.fault('RESOURCE_NOT_FOUND', { key });
  return new TextDecoder().decode(resource.bytes);
}

function keyedPlan(source: string, mediaType: PayloadConfig['mediaType']): Plan {
  const name = `${mediaType}\n${source}`;
  let plan = keyedPlans.get(name);
  if (!plan) {
    const ignore = (): void => {};
    const xml = mediaType === 'xml' ? tryXml(source) : undefined;
    const pieces = xml
      ? xmlPieces(withoutIndentation(xml), xml.scope(), ignore)
      : textPieces(source.trim(), new Map(), ignore);
    plan = planOf(pieces, mediaType);
    remember(keyedPlans, name, plan);
  }
  return plan;
}

function freemarkerSource(config: PayloadConfig): string {
  const { xml, text } = config.format ?? {};
  return text ?? (xml ? serializeXml(xml) : '');
}

function makeFreemarker(source: string, config: PayloadConfig, message: Message): string {
  let template = freemarkerTemplates.get(source);
  if (!template) remember(freemarkerTemplates, source, (template = compileFreemarker(source)));
  if (!template.ok) throw failed(`The FreeMarker template does not compile: ${placed(template.problem, source)}`);
  const values = (config.args?.list ?? []).map((a) => a.value ?? a.expression?.text(message) ?? '');
  return template.ok.text(message, values);
}

/** What is wrong with a format, and where in it. */
function placed({ text, offset }: SyntaxProblem, source: string): string {
  const before = source.slice(0, offset).split('\n');
  return `${text.replace(/\.$/, '')} (line ${before.length}, column ${before.at(-1)!.length + 1} of the format).`;
}

/** Keeps memory bounded: keys may be computed, so there may be many of them. */
function remember<T>(memory: Map<string, T>, name: string, value: T): void {
  if (memory.size >= REMEMBERED) memory.delete(memory.keys().next().value!);
  memory.set(name, value);
}
