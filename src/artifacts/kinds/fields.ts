import { parseXml } from '../../message/xml/parse.ts';
import { serializeXml } from '../../message/xml/serialize.ts';
import { cloneNode, type XmlElement } from '../../message/xml/tree.ts';
import type { Position } from '../../errors.ts';
import { placeExpressions, placeParameters, prefixesOf } from '../parameters.ts';
import { attr } from '../shape/fields.ts';
import type { ElementReader } from '../shape/reader.ts';
import type { Field } from '../shape/spec.ts';
import type { ElementWriter } from '../shape/writer.ts';

/** A list in one attribute, separated by blanks or commas: transports="http https". */
export function wordList(o: { readonly doc: string; readonly name?: string }): Field<readonly string[]> {
  return {
    place: 'attribute',
    type: 'list of words',
    doc: o.doc,
    required: false,
    name: o.name,
    read: (from, name) => words(from.attribute(name)?.value),
    write: (list, to, name) => (list.length > 0 ? to.attribute(name, list.join(' ')) : undefined),
  };
}

export function words(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,]+/).filter((word) => word !== '');
}

/** trace="enable" and statistics="enable"; files also say true. */
export function enabled(o: { readonly doc: string; readonly name?: string }): Field<boolean | undefined> {
  return {
    place: 'attribute',
    type: 'enable or disable',
    doc: o.doc,
    required: false,
    name: o.name,
    read(from, name) {
      const text = from.attribute(name)?.value.trim().toLowerCase();
      return text === 'enable' || text === 'true' ? true : undefined;
    },
    write: (on, to, name) => (on ? to.attribute(name, 'enable') : undefined),
  };
}

/** `trace` and `statistics`, which many kinds take. */
export const observed: { readonly trace: Field<boolean | undefined>; readonly statistics: Field<boolean | undefined> } =
  {
    trace: enabled({ doc: 'Log every step.' }),
    statistics: enabled({ doc: 'Collect statistics.' }),
  };

/** The description as a child element; as an attribute it is read too, and written back as a child. */
export const description: Field<string | undefined> = {
  place: 'child',
  type: 'text',
  doc: 'For people.',
  required: false,
  name: 'description',
  read(from) {
    const asAttribute = from.attribute('description')?.value.trim();
    const asChild = from.child('description')?.text.trim();
    return asChild || asAttribute || undefined;
  },
  write: (text, to) => (text ? to.child('description', (w) => w.text(text)) : undefined),
};

export const nameAttribute: Field<string> = attr.text({ doc: 'The name, unique among its kind.', required: true });

/** <parameter name="a">text</parameter>, any number. XML inside is kept as text. The last one of a name counts. */
export function parameters(o: { readonly doc: string; readonly name?: string }): Field<ReadonlyMap<string, string>> {
  return {
    place: 'child',
    type: 'list of parameters',
    doc: o.doc,
    required: false,
    name: o.name ?? 'parameter',
    read: (from, name) => readParameters(from, name).values,
    write: (map, to, name) => writeParameters(map, to, name),
  };
}

export function readParameters(
  from: ElementReader,
  tag = 'parameter',
): { readonly values: ReadonlyMap<string, string>; readonly keys: ReadonlyMap<string, string> } {
  const values = new Map<string, string>();
  const keys = new Map<string, string>();
  const places = new Map<string, Position>();
  const expressions = new Map<string, ReadonlyMap<string, string>>();
  placeParameters(values, places);
  placeExpressions(values, expressions);
  for (const element of from.children(tag)) {
    const inside = from.inside(element);
    const name = inside.attribute('name')?.value.trim();
    if (!name) {
      inside.problem('MISSING_ATTRIBUTE', `<${element.local}> needs the attribute "name".`, {
        hint: 'It says what is set.',
      });
      continue;
    }
    for (const ignored of ['description', 'locked']) inside.attribute(ignored);
    places.set(name, inside.at);
    const key = inside.attribute('key')?.value;
    const expression = inside.attribute('expression')?.value;
    if (expression !== undefined) {
      expressions.set(name, inside.element.scope());
      values.set(name, expression.trim());
    } else if (key !== undefined) keys.set(name, key);
    else values.set(name, contentText(inside));
    inside.finish();
  }
  return { values, keys };
}

export function writeParameters(
  values: ReadonlyMap<string, string>,
  to: ElementWriter,
  tag = 'parameter',
  keys: ReadonlyMap<string, string> = new Map(),
): void {
  for (const [name, text] of values) {
    to.child(tag, (w) => {
      w.attribute('name', name);
      const prefixes = prefixesOf(values, name);
      const inner = asXml(text);
      if (prefixes) {
        w.attribute('expression', text);
        w.namespaces(prefixes);
      } else if (inner) w.node(inner);
      else w.text(text);
    });
  }
  for (const [name, key] of keys) {
    to.child(tag, (w) => {
      w.attribute('name', name);
      w.attribute('key', key);
    });
  }
}

function contentText(inside: ElementReader): string {
  const text = inside.text();
  const element = inside.remaining()[0];
  return element ? serializeXml(cloneNode(element)) : text.trim();
}

function asXml(text: string): XmlElement | undefined {
  if (!text.startsWith('<')) return undefined;
  try {
    return parseXml(text);
  } catch {
    return undefined;
  }
}
