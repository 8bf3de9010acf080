import { readExpression } from '../../artifacts/shape/fields.ts';
import type { ElementReader } from '../../artifacts/shape/reader.ts';
import type { Field } from '../../artifacts/shape/spec.ts';
import { compileTemplate } from '../../expressions/compile.ts';
import type { Expression, Template } from '../../expressions/expression.ts';
import type { Message } from '../../message/message.ts';
import type { XmlElement } from '../../message/xml/tree.ts';

/** A parameter of a connector's operation, as written and as it is computed. */
export interface Parameter {
  readonly source: string;
  readonly computed: Expression | Template;
}

interface Doc {
  readonly doc: string;
  readonly required?: boolean;
}

/** A child element: text with ${expressions} in it, or one {expression}. One that is empty counts as left out, as in MI. */
export function parameter(o: Doc & { readonly required: true }): Field<Parameter>;
export function parameter(o: Doc): Field<Parameter | undefined>;
export function parameter(o: Doc): Field<Parameter | undefined> {
  return {
    place: 'child',
    type: 'text with ${expressions}, or {expression}',
    doc: o.doc,
    required: o.required ?? false,
    read(from, name) {
      const found = from.child(name);
      const read = found && readParameter(found, from);
      if (read || !o.required) return read;
      if (!found?.text.trim())
        from.problem('MISSING_ELEMENT', `<${from.element.local}> needs a child <${name}>.`, { hint: o.doc });
      return { source: '', computed: nothing };
    },
    write(value, to, name) {
      if (!value) return;
      to.child(name, (w) => {
        w.text(value.source);
        if ('namespaces' in value.computed) w.namespaces(value.computed.namespaces);
      });
    },
    visit: (value, visitor) => (value ? visitor.expression?.(value.computed) : undefined),
  };
}

const nothing: Template = { source: '', parts: [], needsBody: false, text: () => '' };

/** Elements whose names have a dot, such as <orders.Content-Type>: record headers of those names. */
export function dotted(o: Doc): Field<readonly { readonly name: string; readonly value: Parameter }[]> {
  return {
    place: 'content',
    type: 'elements with a dot in their names',
    doc: o.doc,
    required: false,
    read(from) {
      const named = from.element.elements().filter((element) => element.local.includes('.'));
      return named.flatMap(({ local }) => {
        const found = from.child(local)!;
        const value = readParameter(found, from);
        return value ? [{ name: local, value }] : [];
      });
    },
    write(all, to) {
      for (const { name, value } of all) to.child(name, (w) => w.text(value.source));
    },
    visit: (all, visitor) => all.forEach(({ value }) => visitor.expression?.(value.computed)),
  };
}

/** Braces around JSON are no expression. */
function readParameter(element: XmlElement, from: ElementReader): Parameter | undefined {
  const source = element.text.trim();
  if (source === '') return undefined;
  const inBraces = /^\{(?!\s*["}])([^]*)\}$/.exec(source)?.[1];
  if (inBraces !== undefined) {
    const computed = readExpression(inBraces, element, from);
    return computed && { source, computed };
  }
  const compiled = compileTemplate(source, { namespaces: element.scope(), at: from.positionOf(element) });
  if (compiled.ok) return { source, computed: compiled.ok };
  from.problem('BAD_EXPRESSION', `"${source}" does not compile: ${compiled.problem.text}`, {
    on: element,
    hint: compiled.problem.hint ?? '',
  });
  return undefined;
}

/** Its text for this message; undefined when it is left out or comes out empty. */
export function textOf(value: Parameter | undefined, message: Message): string | undefined {
  const text = value?.computed.text(message);
  return text === undefined || text === '' ? undefined : text;
}
