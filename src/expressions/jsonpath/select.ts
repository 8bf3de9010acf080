import type { JsonValue } from '../../message/json.ts';
import { callFunction, ofWholeList } from './functions.ts';
import {
  isDefiniteStep,
  isObject,
  member,
  missing,
  type Found,
  type JsonObject,
  type Scope,
  type Step,
} from './path.ts';

/** A place in a document: what is there, and how to reach it from its parent (undefined for the document itself). */
export interface Place {
  readonly value: JsonValue;
  readonly parent: JsonValue[] | JsonObject | undefined;
  readonly key: string | number;
}

type Emit = (value: JsonValue, parent: Place['parent'], key: string | number) => void;

/**
 * What a path finds: the value of a definite path or `missing`; for any other an array of all values, `missing` when
 * the definite beginning of the path is not there. Source: Jayway JsonPath 2.x with its default options.
 */
export function read(steps: readonly Step[], scope: Scope, start: JsonValue = scope.root): Found {
  let value: JsonValue = start;
  let i = 0;
  for (; i < steps.length; i++) {
    let step = steps[i]!;
    if (step.kind === 'computed') step = step.resolve(scope);
    if (!isDefiniteStep(step, i === steps.length - 1)) break;
    const next = definite(value, step, scope);
    if (next === missing) return missing;
    value = next;
  }
  if (i === steps.length) return value;
  if (!applies(value, resolved(steps[i]!, scope))) return missing;

  const rest = steps.slice(i);
  const call = rest.findIndex((s) => s.kind === 'function');
  const found: JsonValue[] = [];
  const select = call < 0 ? rest : rest.slice(0, call);
  walk(value, undefined, '', select, 0, scope, (v) => void found.push(v));
  const called = rest[call];
  if (called?.kind !== 'function') return found;
  // Sums and the like work on all that was found; length() on each, except after a deep scan.
  if (ofWholeList(called.name) || select.some((s) => s.kind === 'deep')) {
    return read(rest.slice(call), scope, found);
  }
  return found.map((v) => read(rest.slice(call), scope, v)).filter((v) => v !== missing);
}

/** Every place a path leads to, in the order of the document; for changing it. Functions have no place. */
export function places(steps: readonly Step[], scope: Scope): Place[] {
  const found: Place[] = [];
  walk(scope.root, undefined, '', steps, 0, scope, (value, parent, key) => void found.push({ value, parent, key }));
  return found;
}

function resolved(step: Step, scope: Scope): Step {
  return step.kind === 'computed' ? step.resolve(scope) : step;
}

/** A slice of something that is no array has no result at all, rather than an empty one. */
function applies(value: JsonValue, step: Step): boolean {
  if (step.kind === 'slice' || step.kind === 'indexes') return Array.isArray(value);
  if (step.kind === 'names') return isObject(value);
  return step.kind !== 'filter' || Array.isArray(value) || isObject(value);
}

function definite(value: JsonValue, step: Step, scope: Scope): Found {
  if (step.kind === 'name') return isObject(value) ? member(value, step.name) : missing;
  if (step.kind === 'index') return Array.isArray(value) ? at(value, step.index) : missing;
  if (step.kind === 'names') return isObject(value) ? pick(value, step.names) : missing;
  return step.kind === 'function' ? callFunction(step.name, value, step.args, scope) : missing;
}

function at(array: readonly JsonValue[], index: number): Found {
  const i = index < 0 ? array.length + index : index;
  return i >= 0 && i < array.length ? array[i]! : missing;
}

function pick(object: JsonObject, names: readonly string[]): JsonObject {
  const picked: [string, JsonValue][] = [];
  for (const name of names) {
    const value = member(object, name);
    if (value !== missing) picked.push([name, value]);
  }
  return Object.fromEntries(picked);
}

function walk(
  value: JsonValue,
  parent: Place['parent'],
  key: string | number,
  steps: readonly Step[],
  i: number,
  scope: Scope,
  emit: Emit,
): void {
  if (i === steps.length) return emit(value, parent, key);
  const go: Emit = (v, p, k) => walk(v, p, k, steps, i + 1, scope, emit);
  const step = resolved(steps[i]!, scope);
  if (step.kind === 'deep') deep(value, parent, key, resolved(step.step, scope), i + 1 === steps.length, scope, go);
  else one(value, parent, key, step, i + 1 === steps.length, scope, go);
}

/** One step from one value. */
function one(
  value: JsonValue,
  parent: Place['parent'],
  key: string | number,
  step: Step,
  last: boolean,
  scope: Scope,
  go: Emit,
): void {
  switch (step.kind) {
    case 'name':
    case 'names':
      return ofObject(value, step, last, go);
    case 'index':
      return ofArray(value, [step.index], go);
    case 'indexes':
      return ofArray(value, step.indexes, go);
    case 'slice':
      return Array.isArray(value) ? ofArray(value, sliced(value.length, step), go) : undefined;
    case 'any':
      return children(value, go);
    case 'filter':
      if (Array.isArray(value)) value.forEach((v, n) => step.test(v, scope) && go(v, value, n));
      else if (isObject(value) && step.test(value, scope)) go(value, parent, key);
      return;
    default:
      return;
  }
}

function ofObject(value: JsonValue, step: Step & { kind: 'name' | 'names' }, last: boolean, go: Emit): void {
  if (!isObject(value)) return;
  if (step.kind === 'names' && last) return go(pick(value, step.names), undefined, '');
  for (const name of step.kind === 'name' ? [step.name] : step.names) {
    const v = member(value, name);
    if (v !== missing) go(v, value, name);
  }
}

function ofArray(value: JsonValue, indexes: readonly number[], go: Emit): void {
  if (!Array.isArray(value)) return;
  for (const index of indexes) {
    const v = at(value, index);
    if (v !== missing) go(v, value, index < 0 ? value.length + index : index);
  }
}

/** Negative ends count from the end; a step below 1 selects nothing. */
function sliced(length: number, step: Step & { kind: 'slice' }): number[] {
  const clamp = (n: number): number => Math.min(Math.max(n < 0 ? length + n : n, 0), length);
  const from = clamp(step.from ?? 0);
  const to = clamp(step.to ?? length);
  const indexes: number[] = [];
  if (step.by > 0) for (let i = from; i < to; i += step.by) indexes.push(i);
  return indexes;
}

function children(value: JsonValue, go: Emit): void {
  if (Array.isArray(value)) value.forEach((v, n) => go(v, value, n));
  else if (isObject(value)) for (const name of Object.keys(value)) go(value[name]!, value, name);
}

/** The value itself first, then what is inside: the order in which Jayway scans. */
function deep(
  value: JsonValue,
  parent: Place['parent'],
  key: string | number,
  step: Step,
  last: boolean,
  scope: Scope,
  go: Emit,
): void {
  if (!Array.isArray(value) && !isObject(value)) return;
  if (step.kind !== 'filter') one(value, parent, key, step, last, scope, go);
  // After .. a filter asks each object itself; the items of an array come up by themselves.
  else if (step.test(value, scope)) go(value, parent, key);
  children(value, (v, p, k) => deep(v, p, k, step, last, scope, go));
}
