import { scalar, text } from '../../../plan/format/yaml.ts';
import { Explained, fieldsOf, Verbatim, type Branch, type Tree } from '../manifest.ts';

const width = 110;

/** Objects as one stream of YAML documents, each reason as a comment above what it is about. */
export function yamlOf(manifests: readonly Branch[]): string {
  return manifests.map((manifest) => `${lines(manifest, '').join('\n')}\n`).join('---\n');
}

function lines(tree: Tree, indent: string): string[] {
  if (tree instanceof Explained) return lines(tree.value, indent);
  if (Array.isArray(tree))
    return (tree as readonly Tree[]).flatMap((item) => [...comment(item, indent), ...listItem(item, indent)]);
  return fieldsOf(tree as Branch).flatMap(([key, value]) => [...comment(value, indent), ...field(key, value, indent)]);
}

function listItem(item: Tree, indent: string): string[] {
  const value = item instanceof Explained ? item.value : item;
  if (!hasParts(value)) return [`${indent}- ${leaf(value)}`];
  const [first, ...rest] = lines(value, `${indent}  `);
  return [`${indent}- ${first!.trimStart()}`, ...rest];
}

function field(key: string, tree: Tree, indent: string): string[] {
  const value = tree instanceof Explained ? tree.value : tree;
  if (!hasParts(value)) return [`${indent}${text(key)}: ${leaf(value)}`];
  return [`${indent}${text(key)}:`, ...lines(value, `${indent}  `)];
}

/** An empty list or map is written as a scalar: [] or {}. */
function hasParts(value: Tree): boolean {
  if (typeof value !== 'object' || value instanceof Verbatim) return false;
  return Array.isArray(value) ? value.length > 0 : fieldsOf(value as Branch).length > 0;
}

function leaf(value: Tree): string {
  if (value instanceof Verbatim) return value.text;
  if (typeof value === 'object') return Array.isArray(value) ? '[]' : '{}';
  return scalar(value);
}

function comment(tree: Tree, indent: string): string[] {
  if (!(tree instanceof Explained)) return [];
  const out: string[] = [];
  let line = '';
  for (const word of tree.why.split(' ')) {
    if (line !== '' && indent.length + line.length + word.length + 3 > width) {
      out.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...out, line].map((one) => `${indent}# ${one}`);
}
