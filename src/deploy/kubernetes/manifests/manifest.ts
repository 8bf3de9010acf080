/**
 * A Kubernetes object in the making: plain data in which any value may carry its reason. The reason stands beside the
 * value it explains, is written above it as a comment in YAML, and is no part of the object that is sent to a cluster.
 */
export type Tree = string | number | boolean | Explained | Verbatim | readonly Tree[] | Branch;

/** Fields that are undefined are left out, so that an object can be written down in one piece. */
export type Branch = { readonly [key: string]: Tree | undefined };

export interface Manifest extends Branch {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string } & Branch;
}

export class Explained {
  readonly why: string;
  readonly value: Exclude<Tree, Explained>;

  constructor(why: string, value: Exclude<Tree, Explained>) {
    this.why = why;
    this.value = value;
  }
}

/** Written into YAML as it stands: the place of a value that a chart fills in. */
export class Verbatim {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `replicas: because('One per node.', 3)`. */
export function because(why: string, value: Exclude<Tree, Explained>): Explained {
  return new Explained(why, value);
}

export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** The object as a cluster takes it: without reasons and without what is undefined. */
export function plain(tree: Tree): Plain {
  if (tree instanceof Explained) return plain(tree.value);
  if (tree instanceof Verbatim) return tree.text;
  if (Array.isArray(tree)) return (tree as readonly Tree[]).map(plain);
  if (typeof tree !== 'object') return tree;
  return Object.fromEntries(fieldsOf(tree as Branch).map(([key, value]) => [key, plain(value)]));
}

export function fieldsOf(branch: Branch): [string, Tree][] {
  return Object.entries(branch).filter((field): field is [string, Tree] => field[1] !== undefined);
}
