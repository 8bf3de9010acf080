import { NamespaceScope } from './scope.ts';
import { XmlElement, type XmlAttribute, type XmlNode } from './tree.ts';

export interface SerializeOptions {
  /** Writes <?xml version="1.0" encoding="..."?> first; true means UTF-8. */
  readonly declaration?: boolean | string | undefined;
  /** Blanks per level for people to read; elements that hold text are left as they are. None by default. */
  readonly indent?: number | undefined;
}

/**
 * XML text of a tree. Prefixes that are used but not declared further out are declared where they are needed, xmlns=""
 * where a default namespace must end; a declaration that says what already holds is left out.
 */
export function serializeXml(node: XmlNode, options: SerializeOptions = {}): string {
  const writer = new Writer(options.indent ?? 0);
  const encoding = typeof options.declaration === 'string' ? options.declaration : 'UTF-8';
  if (options.declaration) writer.out = `<?xml version="1.0" encoding="${encoding}"?>${options.indent ? '\n' : ''}`;
  writer.node(node, 0);
  return writer.out;
}

class Writer {
  out = '';
  readonly #indent: number;
  readonly #scope: NamespaceScope = new NamespaceScope();
  #made = 0;

  constructor(indent: number) {
    this.#indent = indent;
  }

  node(node: XmlNode, level: number): void {
    if (node.kind === 'element') this.#element(node, level);
    else if (node.kind === 'text') this.out += escapeText(node.value);
    else if (node.kind === 'comment') this.out += `<!--${node.value}-->`;
    else this.out += `<?${node.target}${node.value === '' ? '' : ` ${node.value}`}?>`;
  }

  #element(element: XmlElement, level: number): void {
    const mark = this.#scope.mark;
    const prefix = element.uri === '' ? '' : element.prefix;
    const name = prefix === '' ? element.local : `${prefix}:${element.local}`;
    this.out += `<${name}`;
    if (element.declared !== undefined) {
      for (const [declared, uri] of element.declared) {
        // The name wins over a declaration that a mediator left behind when it renamed the element.
        if (declared === prefix && uri !== element.uri) continue;
        if (declared !== '' && uri === '') continue;
        this.#declare(declared, uri, mark);
      }
    }
    this.#declare(prefix, element.uri, mark);
    for (const attribute of element.attributes) this.#attribute(attribute, mark);

    const children = element.children;
    if (children.length === 0) {
      this.out += '/>';
    } else {
      this.out += '>';
      const broken = this.#indent > 0 && !children.some((c) => c.kind === 'text' && c.value.trim() !== '');
      for (const child of children) {
        if (broken) {
          if (child.kind === 'text') continue;
          this.out += `\n${' '.repeat(this.#indent * (level + 1))}`;
        }
        // Text is most of what there is: spare it the call.
        if (child.kind === 'text') this.out += escapeText(child.value);
        else this.node(child, level + 1);
      }
      if (broken && children.some((c) => c.kind !== 'text')) this.out += `\n${' '.repeat(this.#indent * level)}`;
      this.out += `</${name}>`;
    }
    this.#scope.leave(mark);
  }

  #attribute(attribute: XmlAttribute, mark: number): void {
    let name = attribute.name;
    if (attribute.uri === '') name = attribute.local;
    else if (attribute.prefix !== 'xml') name = `${this.#attributePrefix(attribute, mark)}:${attribute.local}`;
    this.out += ` ${name}="${escapeAttribute(attribute.value)}"`;
  }

  /**
   * The attribute's own prefix when it is free on this element, else one that stands for the same namespace, else a new
   * one.
   */
  #attributePrefix(attribute: XmlAttribute, mark: number): string {
    const { prefix, uri } = attribute;
    if (prefix !== '' && this.#scope.lookup(prefix) === uri) return prefix;
    if (prefix !== '' && !this.#scope.declaredSince(mark, prefix)) {
      this.#declare(prefix, uri, mark);
      return prefix;
    }
    const known = this.#scope.prefixFor(uri);
    if (known !== undefined) return known;
    let made: string;
    do made = `ns${++this.#made}`;
    while (this.#scope.lookup(made) !== undefined);
    this.#declare(made, uri, mark);
    return made;
  }

  #declare(prefix: string, uri: string, mark: number): void {
    if (this.#scope.lookup(prefix) === uri) return;
    if (this.#scope.declaredSince(mark, prefix)) return;
    this.#scope.declare(prefix, uri);
    this.out += prefix === '' ? ` xmlns="${escapeAttribute(uri)}"` : ` xmlns:${prefix}="${escapeAttribute(uri)}"`;
  }
}

/** ">" only where it could end "]]>", as Woodstox (MI's writer) does. */
export function escapeText(text: string): string {
  if (!/[&<>\r]/.test(text)) return text;
  return text.replace(/[&<\r]|^>|(?<=\])>/g, (c) =>
    c === '&' ? '&amp;' : c === '<' ? '&lt;' : c === '>' ? '&gt;' : '&#xd;',
  );
}

function escapeAttribute(text: string): string {
  if (!/[&<"\t\n\r]/.test(text)) return text;
  return text.replace(/[&<"\t\n\r]/g, (c) => attributeEscapes[c]!);
}

const attributeEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xa;',
  '\r': '&#xd;',
};
