/** Where enrich takes from and where it puts: <source> and <target> as written. Source: EnrichMediatorFactory. */
import { readExpression } from '../../artifacts/shape/fields.ts';
import type { ElementReader } from '../../artifacts/shape/reader.ts';
import type { Field } from '../../artifacts/shape/spec.ts';
import type { Expression } from '../../expressions/expression.ts';
import { cloneNode, type XmlElement } from '../../message/xml/tree.ts';
import { detached } from '../parts.ts';

export const actions = ['replace', 'child', 'sibling', 'remove'] as const;
export type Action = (typeof actions)[number];

interface AtPath<T extends string> {
  readonly type: T;
  readonly expression: Expression;
}

interface Named<T extends string> {
  readonly type: T;
  readonly name: string;
}

interface Inline {
  readonly type: 'inline';
  readonly xml: XmlElement | undefined;
  readonly text: string;
  readonly key: string | undefined;
}

type Whole = { readonly type: 'body' } | { readonly type: 'envelope' };

export type Source = { readonly clone: boolean } & (
  AtPath<'custom'> | Whole | Named<'property'> | Named<'variable'> | Inline
);

export type Target = { readonly action: Action } & (
  AtPath<'custom'> | AtPath<'key'> | Whole | Named<'property'> | Named<'variable'>
);

const sourceTypes = ['custom', 'envelope', 'body', 'property', 'inline', 'variable'];
const targetTypes = ['custom', 'envelope', 'body', 'property', 'key', 'variable'];

export const sourceField: Field<Source | undefined> = {
  place: 'child',
  type: `element: type (${sourceTypes.join(', ')}), clone, xpath, property, key; content`,
  doc: 'What to take: the result of xpath (custom), the body, the envelope, a property, a variable, or what is written inside (inline). clone="false" moves it.',
  required: true,
  read(from, name) {
    const found = from.child(name);
    if (!found) return missing(from, name);
    const inside = from.inside(found);
    const type = typeOf(inside, sourceTypes);
    const clone = (inside.attribute('clone')?.value ?? 'true').trim().toLowerCase() !== 'false';
    return type === undefined ? undefined : readSource(type, clone, inside);
  },
  write(source, to, name) {
    if (!source) return;
    to.child(name, (w) => {
      w.attribute('type', source.type === 'custom' ? undefined : source.type);
      w.attribute('clone', source.clone ? undefined : 'false');
      if (source.type === 'custom') {
        w.attribute('xpath', source.expression.source);
        w.namespaces(source.expression.namespaces);
      } else if (source.type === 'property' || source.type === 'variable') w.attribute(source.type, source.name);
      else if (source.type === 'inline') {
        w.attribute('key', source.key);
        if (source.xml) w.node(cloneNode(source.xml));
        else w.text(source.text);
      }
    });
  },
  visit: (source, visitor) => {
    if (source?.type === 'custom') visitor.expression?.(source.expression);
    if (source?.type === 'inline' && source.key !== undefined) {
      visitor.reference?.('resource', { fixed: source.key }, { file: '', line: 0, column: 0 });
    }
  },
};

function readSource(type: string, clone: boolean, inside: ElementReader): Source | undefined {
  if (type === 'custom') {
    const expression = pathOf(inside);
    inside.finish();
    return expression && { type, clone, expression };
  }
  if (type === 'property' || type === 'variable') {
    const name = nameOf(inside, type);
    inside.finish();
    return name === undefined ? undefined : { type, clone, name };
  }
  if (type === 'inline') {
    const key = inside.attribute('key')?.value;
    const [element] = inside.remaining();
    const text = inside.text().trim();
    inside.finish();
    if (!element && text === '' && key === undefined) {
      inside.problem('MISSING_ELEMENT', 'An inline source holds nothing.', {
        hint: 'Write an element or JSON inside, or key="...".',
      });
    }
    return { type, clone, xml: element && detached(element), text: element ? '' : text, key };
  }
  inside.finish();
  return { type: type as 'body' | 'envelope', clone };
}

export const targetField: Field<Target | undefined> = {
  place: 'child',
  type: `element: type (${targetTypes.join(', ')}), action (${actions.join(', ')}), xpath, property`,
  doc: 'Where to put it: at xpath (custom), into the body, the envelope, a property, a variable; key renames a JSON member.',
  required: true,
  read(from, name) {
    const found = from.child(name);
    if (!found) return missing(from, name);
    const inside = from.inside(found);
    const type = typeOf(inside, targetTypes);
    const written = (inside.attribute('action')?.value ?? 'replace').trim().toLowerCase();
    const action = actions.find((a) => a === written);
    if (!action) {
      inside.problem('BAD_VALUE', `"${written}" is no action.`, {
        on: inside.attribute('action'),
        hint: `Write one of ${actions.join(', ')}.`,
      });
      return undefined;
    }
    if (!type) return undefined;
    if (type === 'custom' || type === 'key') {
      const expression = pathOf(inside);
      inside.finish();
      return expression && { type, action, expression };
    }
    if (type === 'property' || type === 'variable') {
      const target = nameOf(inside, type);
      inside.finish();
      return target === undefined ? undefined : { type, action, name: target };
    }
    inside.finish();
    return { type: type as 'body' | 'envelope', action };
  },
  write(target, to, name) {
    if (!target) return;
    to.child(name, (w) => {
      w.attribute('type', target.type === 'custom' ? undefined : target.type);
      w.attribute('action', target.action === 'replace' ? undefined : target.action);
      if (target.type === 'custom' || target.type === 'key') {
        w.attribute('xpath', target.expression.source);
        w.namespaces(target.expression.namespaces);
      } else if (target.type === 'property' || target.type === 'variable') w.attribute(target.type, target.name);
    });
  },
  visit: (target, visitor) => {
    if (target?.type === 'custom' || target?.type === 'key') visitor.expression?.(target.expression);
  },
};

function missing(from: ElementReader, name: string): undefined {
  from.problem('MISSING_ELEMENT', `<enrich> needs a child <${name}>.`);
  return undefined;
}

function typeOf(inside: ElementReader, known: readonly string[]): string | undefined {
  const attribute = inside.attribute('type');
  const type = (attribute?.value ?? 'custom').trim().toLowerCase();
  if (known.includes(type)) return type;
  inside.problem('BAD_VALUE', `"${type}" is not a type of <${inside.element.local}>.`, {
    on: attribute,
    hint: `Write one of ${known.join(', ')}.`,
  });
  return undefined;
}

function pathOf(inside: ElementReader): Expression | undefined {
  const attribute = inside.attribute('xpath');
  if (attribute) return readExpression(attribute.value, attribute, inside);
  inside.problem('MISSING_ATTRIBUTE', `<${inside.element.local}> needs the attribute "xpath".`);
  return undefined;
}

function nameOf(inside: ElementReader, type: string): string | undefined {
  const attribute = inside.attribute(type) ?? inside.attribute('property') ?? inside.attribute('name');
  if (attribute) return attribute.value;
  inside.problem('MISSING_ATTRIBUTE', `<${inside.element.local}> needs the attribute "${type}".`);
  return undefined;
}
