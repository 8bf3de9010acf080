import type { Position, Problem, ProblemLevel } from '../../errors.ts';
import type { XmlAttribute, XmlElement } from '../../message/xml/tree.ts';
import { closest } from './closest.ts';
import type { ConfigOf, ElementSpec, Shape } from './spec.ts';
import type { Vocabulary } from './vocabulary.ts';

export const SYNAPSE_NAMESPACE = 'http://ws.apache.org/ns/synapse';

/** Where a reader puts what it finds wrong, and what it knows. One per file. */
export interface ReadContext {
  readonly file: string;
  readonly vocabulary: Vocabulary;
  report(problem: Problem): void;
}

interface ProblemOptions {
  readonly level?: ProblemLevel;
  readonly hint?: string | undefined;
  /** What the problem is about; the element itself when not given. */
  readonly on?: XmlElement | XmlAttribute | undefined;
}

/** Reads one element field by field and remembers what was read, so that the rest can be reported as unknown. */
export class ElementReader {
  readonly element: XmlElement;
  readonly context: ReadContext;
  readonly #seenAttributes = new Set<XmlAttribute>();
  readonly #seenChildren = new Set<XmlElement>();
  #textSeen = false;

  constructor(element: XmlElement, context: ReadContext) {
    this.element = element;
    this.context = context;
  }

  get at(): Position {
    return { file: this.context.file, line: this.element.line, column: this.element.column };
  }

  positionOf(on: XmlElement | XmlAttribute): Position {
    return { file: this.context.file, line: on.line, column: on.column };
  }

  attribute(name: string): XmlAttribute | undefined {
    const found = this.element.attributes.find(
      (a) => a.name === name || (a.local === name && a.uri === SYNAPSE_NAMESPACE),
    );
    if (found) this.#seenAttributes.add(found);
    return found;
  }

  /** First child element of that name, whatever its namespace: Synapse is as lenient. */
  child(local: string): XmlElement | undefined {
    return this.children(local)[0];
  }

  children(local?: string): XmlElement[] {
    const found = this.element.elements().filter((e) => local === undefined || e.local === local);
    for (const e of found) this.#seenChildren.add(e);
    return found;
  }

  /** Child elements nobody asked for yet; asking marks them as read. For content such as steps. */
  remaining(): XmlElement[] {
    const found = this.element.elements().filter((e) => !this.#seenChildren.has(e));
    for (const e of found) this.#seenChildren.add(e);
    return found;
  }

  text(): string {
    this.#textSeen = true;
    return this.element.text;
  }

  /** A reader for something inside, reporting to the same place. */
  inside(element: XmlElement): ElementReader {
    return new ElementReader(element, this.context);
  }

  problem(code: string, text: string, options: ProblemOptions = {}): void {
    this.context.report({
      code,
      level: options.level ?? 'error',
      at: this.positionOf(options.on ?? this.element),
      text,
      ...(options.hint === undefined ? {} : { hint: options.hint }),
    });
  }

  /** Reads a whole shape; `finish` afterwards reports what was left over. */
  shape<S extends Shape>(shape: S): ConfigOf<S> {
    const config: Record<string, unknown> = {};
    // Content fields take what is left, so they come last whatever the order in the shape.
    const entries = Object.entries(shape);
    const ordered = [
      ...entries.filter(([, f]) => f.place !== 'content'),
      ...entries.filter(([, f]) => f.place === 'content'),
    ];
    for (const [key, field] of ordered) config[key] = field.read(this, field.name ?? key);
    return config as ConfigOf<S>;
  }

  /** Reports attributes and elements nobody read, with the closest name that would have been right. */
  finish(known: Shape = {}): void {
    const names = (place: string): string[] =>
      Object.entries(known)
        .filter(([, f]) => f.place === place)
        .map(([key, f]) => f.name ?? key);
    for (const a of this.element.attributes) {
      if (this.#seenAttributes.has(a) || (a.uri !== '' && a.uri !== SYNAPSE_NAMESPACE)) continue;
      this.problem('UNKNOWN_ATTRIBUTE', `<${this.element.local}> has no attribute "${a.name}".`, {
        level: 'warning',
        on: a,
        hint: suggestion(a.local, names('attribute'), 'It is ignored.'),
      });
    }
    for (const e of this.element.elements()) {
      if (this.#seenChildren.has(e)) continue;
      this.problem('UNKNOWN_ELEMENT', `<${this.element.local}> has no child <${e.name}>.`, {
        level: 'warning',
        on: e,
        hint: suggestion(e.local, names('child'), 'It is ignored.'),
      });
    }
    if (!this.#textSeen) {
      const stray = this.element.children.find((c) => c.kind === 'text' && c.value.trim() !== '');
      if (stray?.kind === 'text') {
        this.problem(
          'STRAY_TEXT',
          `<${this.element.local}> takes no text, but holds "${stray.value.trim().slice(0, 40)}".`,
          {
            level: 'warning',
            hint: 'It is ignored.',
          },
        );
      }
    }
  }
}

/** Reads an element as its spec says, and reports what is left over. */
export function readElement(spec: ElementSpec, from: ElementReader): unknown {
  if (spec.codec) return spec.codec.read(from);
  // Every Synapse element takes a description; it is documentation, not configuration.
  from.attribute('description');
  const config = from.shape(spec.shape);
  from.finish(spec.shape);
  spec.check?.(config, from);
  return config;
}

export function suggestion(written: string, known: readonly string[], otherwise: string): string {
  const near = closest(written, known);
  return near === undefined ? otherwise : `Did you mean "${near}"?`;
}
