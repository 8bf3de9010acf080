/** What a message brings into a template: payload, vars, args, ctx, axis2, trp. */
import { JsonHolder, type Message, type Value as Held } from '../../message/message.ts';
import { XmlElement } from '../../message/xml/tree.ts';
import { fromValue, text } from '../synapse/value.ts';
import { markup } from './markup.ts';
import { fromJson, numberIn, type Value } from './value.ts';
import { xmlDocument, type Prefixes } from './xml-nodes.ts';

/** Each is made when it is first asked for. */
export function dataModel(
  message: Message,
  args: readonly string[],
  prefixes: Prefixes,
): (name: string) => Value | undefined {
  const made = new Map<string, Value | undefined>();
  const variables = (): Value => hashOf(message.variables, (value) => heldValue(value, prefixes));
  const make: Readonly<Record<string, () => Value | undefined>> = {
    payload: () => payloadOf(message, prefixes),
    vars: variables,
    var: variables,
    args: () => new Map(args.map((text, i) => [`arg${i + 1}`, text])),
    ctx: () => hashOf(message.properties, heldText),
    axis2: () => hashOf(message.axis2, heldText),
    trp: () => new HeaderHash(message.headers),
  };
  return (name) => {
    if (!Object.hasOwn(make, name)) return undefined;
    if (!made.has(name)) made.set(name, make[name]!());
    return made.get(name);
  };
}

function payloadOf({ body }: Message, prefixes: Prefixes): Value | undefined {
  switch (body.kind) {
    case 'empty':
      return undefined;
    case 'json':
      return fromJson(body.json() ?? null);
    case 'xml': {
      const root = body.payload();
      return root && xmlDocument(root, prefixes);
    }
    default:
      // As the original does with a text, so that it may go into XML.
      return markup(body.text());
  }
}

function hashOf(values: ReadonlyMap<string, Held>, make: (value: Held) => Value | undefined): Value {
  const hash = new Map<string, Value>();
  for (const [name, value] of values) {
    const made = make(value);
    if (made !== undefined) hash.set(name, made);
  }
  return hash;
}

/** Properties are texts there, whatever they hold. */
function heldText(value: Held): string | undefined {
  return value === null ? undefined : text(fromValue(value));
}

/** Variables keep their type. */
function heldValue(value: Held, prefixes: Prefixes): Value | undefined {
  if (value instanceof JsonHolder) return fromJson(value.json);
  if (value instanceof XmlElement) return xmlDocument(value, prefixes).children();
  if (typeof value === 'number' || typeof value === 'bigint') return numberIn(String(value));
  return typeof value === 'boolean' ? value : heldText(value);
}

/** Headers have names in any case. */
class HeaderHash extends Map<string, Value> {
  override get(name: string): Value | undefined {
    const wanted = name.toLowerCase();
    return super.get(name) ?? [...this].find(([key]) => key.toLowerCase() === wanted)?.[1];
  }
}
