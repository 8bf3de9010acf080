import assert from 'node:assert/strict';
import { compileExpression } from '../compile.ts';
import type { Expression } from '../expression.ts';

export const namespaces: ReadonlyMap<string, string> = new Map([
  ['m', 'urn:menu'],
  ['fn', 'http://www.w3.org/2005/xpath-functions'],
]);

export function compile(source: string): Expression {
  const compiled = compileExpression(source, { namespaces });
  assert.ok(compiled.ok, `${source}: ${compiled.problem?.text}`);
  return compiled.ok;
}
