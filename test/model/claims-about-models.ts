/** What tests say about a model: that it holds, or that a broken rule is found out, and how. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { search, tell, type Model } from './explorer.ts';

/** MODEL_SCALE=2 makes the sound models larger: minutes instead of seconds. */
export const scale: number = Number(process.env['MODEL_SCALE'] ?? 1);

/** Nothing breaks, the goal never gets out of reach, and what `reached` names did happen: else nothing was shown. */
export function holds<S extends object>(t: TestContext, model: Model<S>, reached: readonly string[]): void {
  const { broken, stuck, circling, complete, states, steps, depth, taken } = search(model);
  const found = broken ?? stuck ?? circling;
  if (found) assert.fail(`${tell(found)}\n${JSON.stringify(found.state)}`);
  assert.ok(complete);
  for (const action of reached) assert.ok(taken.has(action), `it never came to this: ${action}`);
  t.diagnostic(`${states} states, ${steps} steps, depth ${depth}`);
}

/** The search ends in that invariant, and the shortest way there is printed. */
export function breaks<S extends object>(t: TestContext, model: Model<S>, what: string): void {
  const { broken, states } = search(model, { seek: what });
  assert.ok(broken, `${states} states, and ${what} holds in all of them`);
  t.diagnostic(`${states} states until ${tell(broken)}`);
}

/** Nothing breaks, but from some state nobody can hold the artifact again; the shortest way there is printed. */
export function stalls<S extends object>(t: TestContext, model: Model<S>): void {
  const { broken, stuck, states } = search(model);
  assert.equal(broken, undefined);
  assert.ok(stuck, `${states} states, and from all of them a way leads to the goal`);
  t.diagnostic(`${states} states; ${tell(stuck)}`);
}

/** Nothing breaks, but something can go to and fro for ever. */
export function circles<S extends object>(t: TestContext, model: Model<S>): void {
  const { broken, circling, states } = search(model);
  assert.equal(broken, undefined);
  assert.ok(circling, `${states} states, and nothing goes round among them`);
  t.diagnostic(`${states} states; ${tell(circling)}`);
}
