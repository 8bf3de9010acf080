import type { XmlAttribute, XmlComment, XmlElement, XmlInstruction, XmlNode, XmlText } from '../../message/xml/tree.ts';

/** The root of XPath's tree: the tree of messages has none, so it is made when a path asks for it. */
export interface DocumentNode {
  readonly kind: 'document';
  readonly root: XmlElement;
  readonly parent: null;
}

export interface NamespaceNode {
  readonly kind: 'namespace';
  readonly prefix: string;
  readonly value: string;
  readonly parent: XmlElement;
}

export type XPathNode =
  XmlElement | XmlAttribute | XmlText | XmlComment | XmlInstruction | DocumentNode | NamespaceNode;

// One document node per tree, so that a node-set never holds the same root twice.
const documents = new WeakMap<XmlElement, DocumentNode>();

export function documentOf(node: XPathNode): DocumentNode | XPathNode {
  let top: XPathNode = node;
  while (top.parent) top = top.parent;
  if (top.kind !== 'element') return top;
  let document = documents.get(top);
  if (!document) documents.set(top, (document = { kind: 'document', root: top, parent: null }));
  return document;
}

/** The parent as XPath sees it: above the root element stands the document. */
export function parentOf(node: XPathNode): XPathNode | undefined {
  if (node.parent) return node.parent;
  return node.kind === 'element' ? documentOf(node) : undefined;
}

const none: readonly XmlNode[] = [];

export function childrenOf(node: XPathNode): readonly XmlNode[] {
  if (node.kind === 'element') return node.children;
  return node.kind === 'document' ? [node.root] : none;
}

/** Every prefix in scope; xmlns="" takes the default namespace away. */
export function namespacesOf(element: XmlElement): NamespaceNode[] {
  const nodes: NamespaceNode[] = [
    { kind: 'namespace', prefix: 'xml', value: 'http://www.w3.org/XML/1998/namespace', parent: element },
  ];
  for (const [prefix, uri] of element.scope()) {
    if (uri !== '' && prefix !== 'xml') nodes.push({ kind: 'namespace', prefix, value: uri, parent: element });
  }
  return nodes;
}

/** XPath 1.0 section 5: what string() makes of a node. */
export function stringOf(node: XPathNode): string {
  switch (node.kind) {
    case 'element':
      return node.text;
    case 'document':
      return node.root.text;
    default:
      return node.value;
  }
}

/** Sorts into document order and drops duplicates. Attributes come after their element, before its children. */
export function inDocumentOrder(nodes: readonly XPathNode[]): XPathNode[] {
  const unique = [...new Set(nodes)];
  if (unique.length < 2) return unique;
  const order = new Map<XPathNode, number>();
  const trees = new Set(unique.map((node) => documentOf(node)));
  for (const tree of trees) number(tree, order);
  // Namespace nodes are made anew by every step: they sort with their element.
  const position = (node: XPathNode): number => order.get(node) ?? (node.parent && order.get(node.parent)) ?? 0;
  return unique.sort((a, b) => position(a) - position(b));
}

/** Numbers a tree without recursion, so that its depth costs no stack. */
function number(root: XPathNode, order: Map<XPathNode, number>): void {
  const stack: XPathNode[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    order.set(node, order.size);
    if (node.kind === 'element') for (const a of node.attributes) order.set(a, order.size);
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
  }
}

/** Is any of these (in document order) inside the one before it? Then their children may come out of order. */
export function nested(nodes: readonly XPathNode[]): boolean {
  for (let i = 1; i < nodes.length; i++) {
    const outer = nodes[i - 1]!;
    for (let n = parentOf(nodes[i]!); n; n = parentOf(n)) if (n === outer) return true;
  }
  return false;
}
