import type { XmlElement } from '../message/xml/tree.ts';
import { readValue, formatValue } from '../artifacts/shape/fields.ts';
import type { ElementReader } from '../artifacts/shape/reader.ts';
import type { Field, Value } from '../artifacts/shape/spec.ts';
import type { Message } from '../message/message.ts';

/** A number written as text: fixed, or an {expression} per message. In a template it may be a $parameter. */
export type Amount = Value;

interface FieldOptions {
  readonly doc: string;
  readonly default?: string;
}

/** The text of a child element: a number, an {expression}, or a template's $parameter. */
export function amount(o: FieldOptions): Field<Amount | undefined> {
  return childValue('number or {expression}', o, (text, on, from) => {
    if (/^-?\d+(?:\.\d+)?$/.test(text)) return true;
    from.problem('BAD_VALUE', `"${text}" is not a number.`, { on, hint: o.doc });
    return false;
  });
}

/** Error codes with commas or spaces between them. Source: Synapse EndpointDefinitionFactory. */
export function errorCodes(o: FieldOptions): Field<Amount | undefined> {
  return childValue('error codes, separated by commas', o, (text, on, from) => {
    if (/^[,\s]*-?\d+(?:[,\s]+-?\d+)*[,\s]*$/.test(text)) return true;
    from.problem('BAD_VALUE', `"${text}" is not a list of error codes.`, {
      on,
      hint: 'Write numbers with commas between them, such as 101503,101504.',
    });
    return false;
  });
}

/** One of some words. */
export function word(words: readonly string[], o: FieldOptions): Field<Amount | undefined> {
  return childValue(`one of ${words.join(', ')}`, o, (text, on, from) => {
    if (words.includes(text.toLowerCase())) return true;
    from.problem('BAD_VALUE', `"${text}" is not one of ${words.join(', ')}.`, { on });
    return false;
  });
}

/** Any text. */
export function childText(o: FieldOptions): Field<Amount | undefined> {
  return childValue('text or {expression}', o, () => true);
}

function childValue(
  type: string,
  o: FieldOptions,
  accepts: (text: string, on: XmlElement, from: ElementReader) => boolean,
): Field<Value | undefined> {
  return {
    place: 'child',
    type,
    doc: o.doc,
    required: false,
    default: o.default,
    read(from, name) {
      const found = from.child(name);
      const text = found?.text.trim() ?? '';
      if (!found || text === '') return undefined;
      if (/^[{$]/.test(text)) return readValue(text, found, from.inside(found));
      return accepts(text, found, from) ? { fixed: text } : undefined;
    },
    write(value, to, name) {
      if (!value) return;
      to.child(name, (w) => {
        w.text(formatValue(value));
        if (value.expression) w.namespaces(value.expression.namespaces);
      });
    },
    visit(value, visitor) {
      if (value?.expression) visitor.expression?.(value.expression);
    },
  };
}

export function textOf(value: Value | undefined, message: Message): string | undefined {
  return value && (value.fixed ?? value.expression.text(message));
}

/** The number, for this message; `otherwise` when there is none or it is not one. */
export function numberOf(value: Amount | undefined, message: Message, otherwise: number): number {
  const text = textOf(value, message)?.trim();
  if (text === undefined || text === '') return otherwise;
  const number = Number(text);
  return Number.isFinite(number) ? number : otherwise;
}

export function codesOf(value: Amount | undefined, message: Message): readonly number[] {
  const text = textOf(value, message) ?? '';
  return text
    .split(/[,\s]+/)
    .filter((code) => /^-?\d+$/.test(code))
    .map(Number);
}
