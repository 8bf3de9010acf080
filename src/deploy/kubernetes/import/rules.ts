/** What becomes of a field of somebody else's: a list of rules, of which the one with the longest matching path decides. */
import { closest } from '../../../artifacts/shape/closest.ts';
import type { Position } from '../../../errors.ts';
import type { Expose, IntegrationSpec } from '../operator/resource/integration.ts';
import type { Leaf } from './document.ts';

/** An Integration in the making. */
export interface Draft {
  name: string | undefined;
  namespace: string | undefined;
  spec: { -readonly [K in keyof IntegrationSpec]: IntegrationSpec[K] };
  expose: { -readonly [K in keyof Expose]: Expose[K] };
}

/** - taken: as it was
 *  - renamed: it is here under another name, or in another form
 *  - not needed: it is so anyway, or there is nothing it would do
 *  - to do: somebody must see to it
 *  - unknown: nobody knows what it was for */
export type Verdict = 'taken' | 'renamed' | 'not needed' | 'to do' | 'unknown';

export interface Line {
  readonly verdict: Verdict;
  readonly at: Position;
  readonly path: string;
  readonly text: string;
}

export type Said = readonly [verdict: Verdict, text: string];

export interface Rule {
  /** The field, or the map all of whose fields it is about. */
  readonly path: string;
  /** Undefined: the value says nothing, such as an empty text. */
  readonly take: (value: unknown, draft: Draft, leaf: Leaf) => Said | readonly Said[] | undefined;
}

export function take(path: string, apply: Rule['take']): Rule {
  return { path, take: apply };
}

export const notNeeded = (path: string, why: string): Rule => ({ path, take: () => ['not needed', why] });
export const toDo = (path: string, what: string): Rule => ({ path, take: () => ['to do', what] });

/** Each leaf with something in it is answered for; those of one rule that only says the same are answered together. */
export function applyRules(leaves: readonly Leaf[], rules: readonly Rule[], draft: Draft): readonly Line[] {
  const lines: Line[] = [];
  const told = new Set<string>();
  for (const leaf of leaves) {
    if (isEmpty(leaf.value)) continue;
    const rule = ruleFor(leaf.path, rules);
    if (rule === undefined) {
      lines.push({ verdict: 'unknown', at: leaf.at, path: leaf.path, text: unknownText(leaf.path, rules) });
      continue;
    }
    const said = rule.take(leaf.value, draft, leaf);
    const all = said === undefined ? [] : isSeveral(said) ? said : [said];
    for (const [verdict, text] of all) {
      const path = rule.path === leaf.path ? leaf.path : `${rule.path}.*`;
      if (path !== leaf.path && told.has(path + text)) continue;
      told.add(path + text);
      lines.push({ verdict, at: leaf.at, path: verdict === 'taken' || verdict === 'renamed' ? leaf.path : path, text });
    }
  }
  return lines;
}

function isSeveral(said: Said | readonly Said[]): said is readonly Said[] {
  return Array.isArray(said[0]);
}

function ruleFor(path: string, rules: readonly Rule[]): Rule | undefined {
  return rules
    .filter((rule) => path === rule.path || path.startsWith(`${rule.path}.`))
    .toSorted((a, b) => b.path.length - a.path.length)[0];
}

function unknownText(path: string, rules: readonly Rule[]): string {
  const near = closest(
    path,
    rules.map((rule) => rule.path),
  );
  return near === undefined ? 'There is no such field.' : `There is no such field. Did you mean ${near}?`;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
