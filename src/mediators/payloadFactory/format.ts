import { readValue, formatValue } from '../../artifacts/shape/fields.ts';
import type { ElementReader } from '../../artifacts/shape/reader.ts';
import type { Field, Value as Key } from '../../artifacts/shape/spec.ts';
import { compileTemplate } from '../../expressions/compile.ts';
import type { Expression, Namespaces } from '../../expressions/expression.ts';
import { serializeXml } from '../../message/xml/serialize.ts';
import { cloneNode, type XmlElement } from '../../message/xml/tree.ts';
import { detached } from '../parts.ts';

/** What stands at one place of a format: text, the n-th argument (from 1), or an expression. */
export type Piece = string | { readonly argument: number } | Expression;

/** The new body as written: in place (XML or text) or under a key. */
export interface Format {
  readonly key: Key | undefined;
  readonly xml: XmlElement | undefined;
  readonly text: string | undefined;
  /** Compiled at load; empty when the format is under a key or is a FreeMarker template. */
  readonly pieces: readonly Piece[];
}

export const formatField: Field<Format | undefined> = {
  place: 'child',
  type: 'XML, JSON or text; or key="..."',
  doc: 'The new body, with $1, $2, ... for arguments and ${...} for expressions. JSON with < or & is best put into CDATA.',
  required: true,
  read(from, name) {
    const element = from.child(name);
    if (!element) {
      from.problem('MISSING_ELEMENT', '<payloadFactory> needs a child <format>.', {
        hint: 'Write the new body in it.',
      });
      return undefined;
    }
    const isFreemarker = /^\s*freemarker\s*$/i.test(from.attribute('template-type')?.value ?? '');
    const format = readFormat(from.inside(element), isFreemarker);
    const mediaType = from.attribute('media-type')?.value.trim().toLowerCase() ?? 'xml';
    if (mediaType === 'xml' && !isFreemarker && !format.key && !format.xml) {
      from.problem('BAD_VALUE', 'An XML format needs an element.', {
        on: element,
        hint: 'Write the new body as an element, or say media-type="json" or "text".',
      });
    }
    return format;
  },
  write(format, to, name) {
    if (!format) return;
    to.child(name, (w) => {
      if (format.key) {
        w.attribute('key', formatValue(format.key));
        if (format.key.expression) w.namespaces(format.key.expression.namespaces);
      }
      if (format.xml) w.node(cloneNode(format.xml));
      if (format.text !== undefined) w.text(format.text);
    });
  },
  visit(format, visitor) {
    if (format?.key?.expression) visitor.expression?.(format.key.expression);
    if (format?.key) visitor.reference?.('resource', format.key, { file: '', line: 0, column: 0 });
    for (const piece of format?.pieces ?? [])
      if (typeof piece === 'object' && 'evaluate' in piece) visitor.expression?.(piece);
  },
};

function readFormat(from: ElementReader, isFreemarker: boolean): Format {
  const key = from.attribute('key');
  const [element] = from.remaining();
  const text = from.text();
  from.finish();
  if (key) return { key: readValue(key.value, key, from), xml: undefined, text: undefined, pieces: [] };
  const namespaces = from.element.scope();
  const fail = (problem: string, hint: string | undefined): void =>
    from.problem('BAD_EXPRESSION', `The format does not compile: ${problem}`, { hint });
  if (element) {
    const xml = withoutIndentation(detached(element));
    return { key: undefined, xml, text: undefined, pieces: isFreemarker ? [] : xmlPieces(xml, namespaces, fail) };
  }
  const trimmed = text.trim();
  return {
    key: undefined,
    xml: undefined,
    text: trimmed,
    pieces: isFreemarker ? [] : textPieces(trimmed, namespaces, fail),
  };
}

type Fail = (problem: string, hint: string | undefined) => void;

/** Pieces of a text format. Expressions that do not compile stay as text, after being reported. */
export function textPieces(text: string, namespaces: Namespaces, fail: Fail): Piece[] {
  if (!text.includes('${')) return splitArguments(text);
  const compiled = compileTemplate(text, { namespaces });
  if (!compiled.ok) {
    fail(compiled.problem.text, compiled.problem.hint);
    return splitArguments(text);
  }
  return compiled.ok.parts.flatMap((part) => (typeof part === 'string' ? splitArguments(part) : [part]));
}

// Private-use characters stand for expressions while the tree is written as text, so that "${a < b}" is not escaped.
const OPEN = '\uE0F0';
const CLOSE = '\uE0F1';

/** Pieces of a format written as XML. */
export function xmlPieces(xml: XmlElement, namespaces: Namespaces, fail: Fail): Piece[] {
  const found: Expression[] = [];
  const hide = (text: string): string => {
    if (!text.includes('${')) return text;
    const compiled = compileTemplate(text, { namespaces });
    if (!compiled.ok) {
      fail(compiled.problem.text, compiled.problem.hint);
      return text;
    }
    const hidden = (part: string | Expression): string =>
      typeof part === 'string' ? part : `${OPEN}${found.push(part) - 1}${CLOSE}`;
    return compiled.ok.parts.map(hidden).join('');
  };
  const copy = cloneNode(xml);
  eachText(copy, hide);
  const pieces = serializeXml(copy).split(new RegExp(`${OPEN}(\\d+)${CLOSE}`));
  return pieces.flatMap((piece, i) => (i % 2 === 1 ? [found[Number(piece)]!] : splitArguments(piece)));
}

function eachText(element: XmlElement, change: (text: string) => string): void {
  for (const a of element.attributes) a.value = change(a.value);
  for (const child of element.children) {
    if (child.kind === 'text') child.value = change(child.value);
    else if (child.kind === 'element') eachText(child, change);
  }
}

/** "$1 and $2" as pieces. Source: RegexTemplateProcessor's pattern. */
function splitArguments(text: string): Piece[] {
  const pieces: Piece[] = [];
  text.split(/\$(\d+)/).forEach((part, i) => {
    if (i % 2 === 1) pieces.push({ argument: Number(part) });
    else if (part !== '') pieces.push(part);
  });
  return pieces;
}

/** White space between elements is how the file is laid out, not content. */
export function withoutIndentation(element: XmlElement): XmlElement {
  if (element.children.some((c) => c.kind === 'element')) {
    element.children = element.children.filter((c) => c.kind !== 'text' || c.value.trim() !== '');
  }
  for (const child of element.elements()) withoutIndentation(child);
  return element;
}
