/** YAML as its author wrote it: every value with its place, so that each can be answered for. */
import type { Document, LineCounter, Node, Pair } from 'yaml';
import type { Position, Problem } from '../../../errors.ts';

export interface Leaf {
  /** "wso2.deployment.replicas"; items of lists have no name of their own. */
  readonly path: string;
  readonly value: unknown;
  readonly at: Position;
}

export interface SourceDocument {
  readonly file: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly at: Position;
  /** Whatever is no map, in the order of the file. A list is one. */
  readonly leaves: readonly Leaf[];
}

export interface Parsed {
  readonly documents: readonly SourceDocument[];
  readonly problems: readonly Problem[];
}

export async function parseDocuments(file: string, text: string): Promise<Parsed> {
  const { parseAllDocuments, LineCounter: Counter, isMap } = await import('yaml');
  const lines = new Counter();
  const problems: Problem[] = [];
  const documents: SourceDocument[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: lines, prettyErrors: false }) as Document[]) {
    const at = (offset: number): Position => positionOf(file, lines, offset);
    const [error] = document.errors;
    if (error !== undefined) {
      // Others of the same document mostly follow from the first.
      const text = `This is not YAML: ${error.message}.`;
      problems.push(problem('BAD_YAML', at(error.pos[0]), text, 'Correct it; YAML indents with spaces only.'));
      continue;
    }
    const { contents } = document;
    if (contents === null) continue;
    const start = at(contents.range?.[0] ?? 0);
    if (!isMap(contents)) {
      problems.push(
        problem(
          'NOT_AN_OBJECT',
          start,
          'This is no map of fields.',
          "Give an Integration of the vendor's operator, or the values.yaml of helm-mi.",
        ),
      );
      continue;
    }
    const leaves: Leaf[] = [];
    collect(contents.items as Pair<Node, Node | null>[], '', leaves, at, isMap);
    documents.push({ file, value: document.toJS() as Record<string, unknown>, at: start, leaves });
  }
  return { documents, problems };
}

function collect(
  pairs: readonly Pair<Node, Node | null>[],
  within: string,
  leaves: Leaf[],
  at: (offset: number) => Position,
  isMap: (node: unknown) => boolean,
): void {
  for (const { key, value } of pairs) {
    const path = within === '' ? String(key) : `${within}.${String(key)}`;
    const items = isMap(value) ? (value as unknown as { items: Pair<Node, Node | null>[] }).items : [];
    if (items.length > 0) collect(items, path, leaves, at, isMap);
    else leaves.push({ path, value: value?.toJSON() as unknown, at: at(key.range?.[0] ?? 0) });
  }
}

function positionOf(file: string, lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}

export function problem(
  code: string,
  at: Position,
  text: string,
  hint: string,
  level: Problem['level'] = 'error',
): Problem {
  return { code, level, at, text, hint };
}
