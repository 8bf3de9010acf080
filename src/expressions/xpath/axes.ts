import type { XmlNode } from '../../message/xml/tree.ts';
import { childrenOf, namespacesOf, parentOf, type XPathNode } from './nodes.ts';

export type Axis =
  | 'child'
  | 'descendant'
  | 'descendant-or-self'
  | 'self'
  | 'parent'
  | 'ancestor'
  | 'ancestor-or-self'
  | 'following-sibling'
  | 'preceding-sibling'
  | 'following'
  | 'preceding'
  | 'attribute'
  | 'namespace';

export type NodeTest = (node: XPathNode) => boolean;

/** Adds to `out` the nodes of the axis that pass, nearest first: reverse axes come in reverse document order. */
export type Walk = (node: XPathNode, test: NodeTest, out: XPathNode[]) => void;

export const reverseAxes: ReadonlySet<string> = new Set([
  'parent',
  'ancestor',
  'ancestor-or-self',
  'preceding',
  'preceding-sibling',
]);

export const axes: Readonly<Record<Axis, Walk>> = {
  child(node, test, out) {
    for (const child of childrenOf(node)) if (test(child)) out.push(child);
  },
  descendant,
  'descendant-or-self'(node, test, out) {
    if (test(node)) out.push(node);
    descendant(node, test, out);
  },
  self(node, test, out) {
    if (test(node)) out.push(node);
  },
  parent(node, test, out) {
    const parent = parentOf(node);
    if (parent && test(parent)) out.push(parent);
  },
  ancestor,
  'ancestor-or-self'(node, test, out) {
    if (test(node)) out.push(node);
    ancestor(node, test, out);
  },
  'following-sibling'(node, test, out) {
    const [siblings, at] = siblingsOf(node);
    for (let i = at + 1; i < siblings.length; i++) if (test(siblings[i]!)) out.push(siblings[i]!);
  },
  'preceding-sibling'(node, test, out) {
    const [siblings, at] = siblingsOf(node);
    for (let i = at - 1; i >= 0; i--) if (test(siblings[i]!)) out.push(siblings[i]!);
  },
  following(node, test, out) {
    // After an attribute come the children of its element.
    let from = node;
    if ((node.kind === 'attribute' || node.kind === 'namespace') && node.parent) {
      descendant(node.parent, test, out);
      from = node.parent;
    }
    for (let n: XPathNode | undefined = from; n; n = parentOf(n)) {
      const [siblings, at] = siblingsOf(n);
      for (let i = at + 1; i < siblings.length; i++) axes['descendant-or-self'](siblings[i]!, test, out);
    }
  },
  preceding(node, test, out) {
    const start = node.kind === 'attribute' || node.kind === 'namespace' ? node.parent : node;
    for (let n: XPathNode | undefined = start ?? undefined; n; n = parentOf(n)) {
      const [siblings, at] = siblingsOf(n);
      for (let i = at - 1; i >= 0; i--) {
        const before: XPathNode[] = [];
        axes['descendant-or-self'](siblings[i]!, test, before);
        for (let k = before.length - 1; k >= 0; k--) out.push(before[k]!);
      }
    }
  },
  attribute(node, test, out) {
    if (node.kind === 'element') for (const a of node.attributes) if (test(a)) out.push(a);
  },
  namespace(node, test, out) {
    if (node.kind === 'element') for (const n of namespacesOf(node)) if (test(n)) out.push(n);
  },
};

/** In document order. Recursion goes as deep as the tree, which the parser limits. */
function descendant(node: XPathNode, test: NodeTest, out: XPathNode[]): void {
  const children = childrenOf(node);
  for (let i = 0; i < children.length; i++) {
    const child = children[i]!;
    if (test(child)) out.push(child);
    if (child.kind === 'element') descendant(child, test, out);
  }
}

function ancestor(node: XPathNode, test: NodeTest, out: XPathNode[]): void {
  for (let n = parentOf(node); n; n = parentOf(n)) if (test(n)) out.push(n);
}

function siblingsOf(node: XPathNode): [readonly XmlNode[], number] {
  if (node.kind === 'attribute' || node.kind === 'namespace' || node.kind === 'document') return [[], 0];
  const siblings = node.parent ? node.parent.children : [node];
  return [siblings, siblings.indexOf(node)];
}
