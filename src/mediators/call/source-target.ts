/** What a call sends instead of the body, and where the answer goes instead of it. Source: CallMediatorFactory. */
import { readExpression } from '../../artifacts/shape/fields.ts';
import type { Field } from '../../artifacts/shape/spec.ts';
import { compileTemplate } from '../../expressions/compile.ts';
import type { Expression, Template } from '../../expressions/expression.ts';
import { JsonHolder, type Message, type Value } from '../../message/message.ts';
import { cloneNode, type XmlElement } from '../../message/xml/tree.ts';
import { isJsonBody } from '../body-kind.ts';
import { setBodyFrom } from '../body-from.ts';
import { detached } from '../parts.ts';

export type CallSource = { readonly contentType: string | undefined } & (
  | { readonly type: 'body' }
  | { readonly type: 'property' | 'variable'; readonly name: string }
  | { readonly type: 'custom'; readonly expression: Expression }
  | { readonly type: 'inline'; readonly xml: XmlElement; readonly template?: undefined }
  | { readonly type: 'inline'; readonly template: Template; readonly xml?: undefined }
);

export interface CallTarget {
  readonly type: 'body' | 'property' | 'variable';
  readonly name: string;
}

export const sourceField: Field<CallSource | undefined> = {
  place: 'child',
  type: 'element: type (body, property, variable, custom, inline), contentType; content',
  doc: 'What to send instead of the body. The body is put back when the answer goes elsewhere.',
  required: false,
  read(from, name) {
    const element = from.child(name);
    if (!element) return undefined;
    const inside = from.inside(element);
    const type = (inside.attribute('type')?.value ?? 'body').trim().toLowerCase();
    const contentType = inside.attribute('contentType')?.value ?? inside.attribute('content-type')?.value;
    const text = inside.text().trim();
    const xml = inside.remaining()[0];
    inside.finish();
    if (type === 'body') return { type, contentType };
    if (type === 'property' || type === 'variable') return { type, contentType, name: text };
    if (type === 'custom') {
      const expression = readExpression(text.replace(/^\{([^]*)\}$/, '$1'), element, inside);
      return expression && { type, contentType, expression };
    }
    if (type !== 'inline') {
      inside.problem('BAD_VALUE', `"${type}" is not a kind of source.`, {
        hint: 'Write body, property, variable, custom or inline.',
      });
      return undefined;
    }
    if (xml) return { type, contentType, xml: detached(xml) };
    const compiled = compileTemplate(text, { namespaces: element.scope(), at: inside.at });
    if (compiled.ok) return { type, contentType, template: compiled.ok };
    inside.problem('BAD_EXPRESSION', compiled.problem.text, { hint: compiled.problem.hint });
    return undefined;
  },
  write(source, to, name) {
    if (!source) return;
    to.child(name, (w) => {
      w.attribute('type', source.type);
      w.attribute('contentType', source.contentType);
      if (source.type === 'property' || source.type === 'variable') w.text(source.name);
      if (source.type === 'custom') {
        w.namespaces(source.expression.namespaces);
        w.text(source.expression.source);
      }
      if (source.type === 'inline' && source.xml) w.node(cloneNode(source.xml));
      if (source.type === 'inline' && source.template) w.text(source.template.source);
    });
  },
  visit(source, visitor) {
    if (source?.type === 'custom') visitor.expression?.(source.expression);
    if (source?.type === 'inline' && source.template) visitor.expression?.(source.template);
  },
};

export const targetField: Field<CallTarget | undefined> = {
  place: 'child',
  type: 'element: type (body, property, variable); content: name',
  doc: 'Where the body of the answer goes instead of the body.',
  required: false,
  read(from, name) {
    const element = from.child(name);
    if (!element) return undefined;
    const inside = from.inside(element);
    const type = (inside.attribute('type')?.value ?? 'body').trim().toLowerCase();
    const target = inside.text().trim() || (inside.attribute('name')?.value ?? '');
    inside.finish();
    if (type === 'body' || ((type === 'property' || type === 'variable') && target !== ''))
      return { type, name: target };
    inside.problem('BAD_VALUE', `<target type="${type}"> does not say where the answer goes.`, {
      hint: 'Write <target type="property">name</target>, or type="variable", or type="body".',
    });
    return undefined;
  },
  write(target, to, name) {
    if (!target) return;
    to.child(name, (w) => {
      w.attribute('type', target.type);
      w.text(target.name);
    });
  },
};

/** Puts the source into the body. The body must be loaded. */
export function applySource(source: CallSource, message: Message): void {
  const value = sourceValue(source, message);
  if (value !== undefined) setBodyFrom(message, value, source.contentType);
}

function sourceValue(source: CallSource, message: Message): Value | undefined {
  switch (source.type) {
    case 'body':
      return undefined;
    case 'property':
      return message.properties.get(source.name) ?? '';
    case 'variable':
      return message.variables.get(source.name) ?? '';
    case 'custom':
      return source.expression.evaluate(message) ?? '';
    case 'inline':
      return source.xml ? cloneNode(source.xml) : source.template.text(message);
  }
}

/** The body of an answer as a value. It must be loaded. A JSON body is text in a property, JSON in a variable. */
export function bodyValue(answer: Message, target: CallTarget['type']): Value {
  if (isJsonBody(answer)) {
    return target === 'property' ? answer.body.text() : new JsonHolder(answer.body.json() ?? null);
  }
  return answer.body.form === 'text' ? answer.body.text() : (answer.body.payload() ?? '');
}
