import { readExpression } from '../artifacts/shape/fields.ts';
import type { Field } from '../artifacts/shape/spec.ts';
import { Fault } from '../errors.ts';
import { compileTemplate } from '../expressions/compile.ts';
import type { Expression, Template } from '../expressions/expression.ts';
import type { Message } from '../message/message.ts';

/**
 * An address as written: fixed, one {expression}, or text with ${...} inside. Old projects have ${...} there that was
 * filled in when they were built, or never: Synapse deploys those, and only what is sent there fails. So do we.
 */
export interface AddressText {
  readonly source: string;
  readonly expression?: Expression | undefined;
  readonly template?: Template | undefined;
  /** Why nothing can be sent there. */
  readonly unusable?: string;
}

/** The attribute that holds an address. `{...}` is an expression where `braces` says so; in a URI template it is a variable. */
export function addressAttribute(o: {
  readonly doc: string;
  readonly name: string;
  readonly braces: 'expression' | 'variable';
  readonly required: boolean;
}): Field<AddressText | undefined> {
  return {
    place: 'attribute',
    type: o.braces === 'variable' ? 'URI template' : 'address',
    doc: o.doc,
    required: o.required,
    name: o.name,
    read(from, name) {
      const found = from.attribute(name);
      const source = found?.value.trim() ?? '';
      if (!found || source === '') {
        if (o.required) {
          from.problem('MISSING_ATTRIBUTE', `<${from.element.local}> needs the attribute "${name}".`, { hint: o.doc });
        }
        return undefined;
      }
      const whole = o.braces === 'expression' ? /^\{([^]+)\}$/.exec(source)?.[1] : undefined;
      if (whole !== undefined) return { source, expression: readExpression(whole, found, from) };
      if (!source.includes('${')) return { source };
      const compiled = compileTemplate(source, { namespaces: from.element.scope(), at: from.positionOf(found) });
      if (compiled.ok) return { source, template: compiled.ok };
      const unusable = `"${source}" does not compile: ${compiled.problem.text}`;
      from.problem('BAD_EXPRESSION', unusable, {
        level: 'warning',
        on: found,
        hint: `${compiled.problem.hint ?? 'Correct the expression.'} Until then what is sent there fails.`,
      });
      return { source, unusable };
    },
    write(value, to, name) {
      to.attribute(name, value?.source);
      if (value?.expression) to.namespaces(value.expression.namespaces);
    },
    visit(value, visitor) {
      if (value?.expression) visitor.expression?.(value.expression);
      if (value?.template) visitor.expression?.(value.template);
    },
  };
}

/** Whether the body must be loaded before `addressOf`. */
export function needsBody(address: AddressText): boolean {
  return (address.expression ?? address.template)?.needsBody ?? false;
}

/** Throws Fault SEND_FAILED for an address that did not compile. */
export function addressOf(address: AddressText, message: Message): string {
  if (address.unusable !== undefined) throw new Fault('SEND_FAILED', { text: address.unusable });
  return (address.expression ?? address.template)?.text(message).trim() ?? address.source;
}
