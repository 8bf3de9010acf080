/**
 * A light XML tree: what the parser builds, XPath walks, mediators change and the serializer writes.
 * Positions (from 1) are set when the tree comes from a file; 0 means "made by a mediator".
 * Source: XML 1.0 and Namespaces in XML 1.0; the node set of XPath 1.0.
 */
export interface XmlAttribute {
  readonly kind: 'attribute';
  /** As written, with its prefix. */
  name: string;
  local: string;
  prefix: string;
  /** '' when the attribute has no prefix. Namespace declarations are not attributes; see XmlElement.declared. */
  uri: string;
  value: string;
  parent: XmlElement | null;
  line: number;
  column: number;
}

export class XmlText {
  readonly kind = 'text' as const;
  value: string;
  parent: XmlElement | null = null;
  constructor(value: string) {
    this.value = value;
  }
}

export class XmlComment {
  readonly kind = 'comment' as const;
  value: string;
  parent: XmlElement | null = null;
  constructor(value: string) {
    this.value = value;
  }
}

export class XmlInstruction {
  readonly kind = 'instruction' as const;
  target: string;
  value: string;
  parent: XmlElement | null = null;
  constructor(target: string, value: string) {
    this.target = target;
    this.value = value;
  }
}

export class XmlElement {
  readonly kind = 'element' as const;
  local: string;
  prefix: string;
  uri: string;
  attributes: XmlAttribute[] = [];
  children: XmlNode[] = [];
  parent: XmlElement | null = null;
  /** Namespace declarations written on this element: prefix ('' = default) to uri. Undefined when there is none. */
  declared: Map<string, string> | undefined = undefined;
  line = 0;
  column = 0;

  constructor(local: string, uri = '', prefix = '') {
    this.local = local;
    this.uri = uri;
    this.prefix = prefix;
  }

  get name(): string {
    return this.prefix === '' ? this.local : `${this.prefix}:${this.local}`;
  }

  attribute(local: string, uri = ''): string | undefined {
    for (const a of this.attributes) if (a.local === local && a.uri === uri) return a.value;
    return undefined;
  }

  setAttribute(name: string, value: string, uri = ''): void {
    const local = name.slice(name.indexOf(':') + 1);
    const found = this.attributes.find((a) => a.local === local && a.uri === uri);
    if (found) {
      found.value = value;
      return;
    }
    const prefix = name === local ? '' : name.slice(0, name.indexOf(':'));
    this.attributes.push({ kind: 'attribute', name, local, prefix, uri, value, parent: this, line: 0, column: 0 });
  }

  declare(prefix: string, uri: string): void {
    (this.declared ??= new Map()).set(prefix, uri);
  }

  /** The namespace a prefix stands for here, or undefined. */
  lookup(prefix: string): string | undefined {
    if (prefix === 'xml') return 'http://www.w3.org/XML/1998/namespace';
    const uri = this.declared?.get(prefix);
    if (uri !== undefined) return uri;
    return this.parent ? this.parent.lookup(prefix) : prefix === '' ? '' : undefined;
  }

  /** Every prefix in scope, innermost wins. */
  scope(): Map<string, string> {
    const all = this.parent ? this.parent.scope() : new Map<string, string>();
    for (const [prefix, uri] of this.declared ?? []) all.set(prefix, uri);
    return all;
  }

  elements(): XmlElement[] {
    return this.children.filter((c) => c.kind === 'element');
  }

  /** First child element of that name; any namespace when `uri` is not given. */
  child(local: string, uri?: string): XmlElement | undefined {
    for (const c of this.children) {
      if (c.kind === 'element' && c.local === local && (uri === undefined || c.uri === uri)) return c;
    }
    return undefined;
  }

  append(...nodes: XmlNode[]): this {
    for (const node of nodes) {
      node.parent = this;
      this.children.push(node);
    }
    return this;
  }

  /** All text inside, in document order: XPath's string value. */
  get text(): string {
    const only = this.children[0];
    if (this.children.length === 1 && only?.kind === 'text') return only.value;
    let out = '';
    for (const c of this.children)
      if (c.kind === 'text') out += c.value;
      else if (c.kind === 'element') out += c.text;
    return out;
  }

  set text(value: string) {
    this.children = [];
    if (value !== '') this.append(new XmlText(value));
  }
}

export type XmlNode = XmlElement | XmlText | XmlComment | XmlInstruction;

/** A deep copy without a parent. Prefixes declared further out are not copied; the serializer re-declares them. */
export function cloneNode<N extends XmlNode>(node: N): N {
  return copy(node) as N;
}

function copy(node: XmlNode): XmlNode {
  if (node.kind === 'text') return new XmlText(node.value);
  if (node.kind === 'comment') return new XmlComment(node.value);
  if (node.kind === 'instruction') return new XmlInstruction(node.target, node.value);
  const e = new XmlElement(node.local, node.uri, node.prefix);
  e.attributes = node.attributes.map((a) => ({ ...a, parent: e }));
  if (node.declared) e.declared = new Map(node.declared);
  e.line = node.line;
  e.column = node.column;
  e.append(...node.children.map(copy));
  return e;
}
