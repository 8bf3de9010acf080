/** Fields that several mediators share and that no other room needs. */
import type { ElementReader } from '../artifacts/shape/reader.ts';
import type { Field } from '../artifacts/shape/spec.ts';
import type { ProblemLevel } from '../errors.ts';
import { compileTemplate } from '../expressions/compile.ts';
import type { Template } from '../expressions/expression.ts';
import { cloneNode, type XmlElement } from '../message/xml/tree.ts';
import { javaRegex, type JavaRegex } from './java-regex.ts';

interface Doc {
  readonly doc: string;
  readonly name?: string;
  readonly required?: boolean;
}

/** A Java regular expression in an attribute. */
export function regexAttribute(o: Doc & { readonly required: true }): Field<JavaRegex>;
export function regexAttribute(o: Doc): Field<JavaRegex | undefined>;
export function regexAttribute(o: Doc): Field<JavaRegex | undefined> {
  return {
    place: 'attribute',
    type: 'regular expression (Java syntax)',
    doc: o.doc,
    required: o.required ?? false,
    name: o.name,
    read(from, name) {
      const found = from.attribute(name);
      if (!found) {
        if (o.required) {
          from.problem('MISSING_ATTRIBUTE', `<${from.element.local}> needs the attribute "${name}".`, { hint: o.doc });
          return javaRegex('');
        }
        return undefined;
      }
      try {
        return javaRegex(found.value);
      } catch (error) {
        from.problem('BAD_REGEX', `The regular expression does not compile: ${(error as Error).message}.`, {
          on: found,
        });
        return o.required ? javaRegex('') : undefined;
      }
    },
    write: (value, to, name) => {
      if (value) to.attribute(name, value.source);
    },
  };
}

/** Elements written in place that are data, not configuration. Kept with the prefixes that are in scope there. */
export function inlineXml(o: Doc): Field<readonly XmlElement[]> {
  return {
    place: 'content',
    type: 'XML',
    doc: o.doc,
    required: false,
    read: (from) => from.remaining().map(detached),
    write: (elements, to) => elements.forEach((element) => to.node(cloneNode(element))),
  };
}

/** A copy that carries every prefix it uses, so that it means the same away from the file it was written in. */
export function detached(element: XmlElement): XmlElement {
  const copy = cloneNode(element);
  const used = new Map<string, string>();
  collectPrefixes(copy, new Set(), used);
  for (const prefix of used.keys()) {
    const uri = element.lookup(prefix);
    if (uri !== undefined && !copy.declared?.has(prefix) && (prefix !== '' || uri !== '')) copy.declare(prefix, uri);
  }
  copy.parent = null;
  return copy;
}

function collectPrefixes(element: XmlElement, declared: ReadonlySet<string>, used: Map<string, string>): void {
  const here = element.declared ? new Set([...declared, ...element.declared.keys()]) : declared;
  if (!here.has(element.prefix)) used.set(element.prefix, element.uri);
  for (const a of element.attributes)
    if (a.prefix !== '' && a.prefix !== 'xml' && !here.has(a.prefix)) used.set(a.prefix, a.uri);
  for (const child of element.elements()) collectPrefixes(child, here, used);
}

/** The text that stands in the element itself, without that of elements inside. */
export function ownText(o: Doc): Field<string> {
  return {
    place: 'content',
    type: 'text',
    doc: o.doc,
    required: false,
    read(from) {
      from.text();
      return from.element.children
        .map((c) => (c.kind === 'text' ? c.value : ''))
        .join('')
        .trim();
    },
    write: (text, to) => to.text(text),
  };
}

/** Text with `${...}` inside, as the content of a child element. */
export function templateChild(o: Doc): Field<Template | undefined> {
  return {
    place: 'child',
    type: 'text with ${expressions}',
    doc: o.doc,
    required: o.required ?? false,
    name: o.name,
    read(from, name) {
      const found = from.child(name);
      return found && readTemplate(found, from);
    },
    write: (template, to, name) => {
      if (template) to.child(name, (w) => w.text(template.source));
    },
    visit: (template, visitor) => {
      if (template) visitor.expression?.(template);
    },
  };
}

function readTemplate(element: XmlElement, from: ElementReader): Template | undefined {
  const compiled = compileTemplate(element.text, { namespaces: element.scope(), at: from.positionOf(element) });
  if (compiled.ok) return compiled.ok;
  from.problem('BAD_EXPRESSION', `The text of <${element.local}> does not compile: ${compiled.problem.text}`, {
    on: element,
    hint: compiled.problem.hint,
  });
  return undefined;
}

/** A name that may carry a prefix: a SOAP header's or a fault code's. */
export interface QualifiedName {
  readonly written: string;
  readonly prefix: string;
  readonly local: string;
  /** '' without a prefix: the default namespace does not count in attribute values. */
  readonly uri: string;
  /** Whether the prefix, if there is one, is bound to a namespace. */
  readonly declared: boolean;
}

export function qualifiedNameAttribute(o: Doc): Field<QualifiedName | undefined> {
  return {
    place: 'attribute',
    type: 'name, prefixed or not',
    doc: o.doc,
    required: o.required ?? false,
    name: o.name,
    read(from, name) {
      const found = from.attribute(name);
      if (!found) return undefined;
      const written = found.value.trim();
      const colon = written.indexOf(':');
      const prefix = colon < 0 ? '' : written.slice(0, colon);
      const uri = prefix === '' ? '' : found.parent?.lookup(prefix);
      return { written, prefix, local: written.slice(colon + 1), uri: uri ?? '', declared: uri !== undefined };
    },
    write(value, to, name) {
      if (!value) return;
      to.attribute(name, value.written);
      if (value.prefix !== '' && value.declared) to.element.declare(value.prefix, value.uri);
    },
  };
}

/** True when the prefix is bound; else the problem is reported. A name without a prefix has nothing to bind. */
export function checkPrefix(
  name: QualifiedName,
  attribute: string,
  from: ElementReader,
  level: ProblemLevel = 'error',
): boolean {
  if (name.declared) return true;
  from.problem('UNKNOWN_PREFIX', `The prefix "${name.prefix}" of "${name.written}" is not declared.`, {
    level,
    on: from.attribute(attribute),
    hint: `Declare it on this element: xmlns:${name.prefix}="...".`,
  });
  return false;
}
