import type { JsonValue } from '../../message/json.ts';
import { JsonNumber } from '../../message/json.ts';
import type { Message } from '../../message/message.ts';

/** No such place in the document: not the same as null. */
export const missing: unique symbol = Symbol('missing');
export type Found = JsonValue | typeof missing;

/** What a filter or a computed index may look at. */
export interface Scope {
  /** What $ stands for. */
  readonly root: JsonValue;
  readonly message: Message | undefined;
}

export type Operand = (item: JsonValue, scope: Scope) => Found;
export type Test = (item: JsonValue, scope: Scope) => boolean;

/** One part of a path, as Jayway JsonPath understands it. */
export type Step =
  /** .name or ['name'] */
  | { readonly kind: 'name'; readonly name: string }
  /** ['a','b']: at the end one object with those members, before it each of them. */
  | { readonly kind: 'names'; readonly names: readonly string[] }
  /** [2], [-1] */
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | {
      readonly kind: 'slice';
      readonly from?: number | undefined;
      readonly to?: number | undefined;
      readonly by: number;
    }
  /** .* or [*] */
  | { readonly kind: 'any' }
  /** ..step: the step at every depth. */
  | { readonly kind: 'deep'; readonly step: Step }
  | { readonly kind: 'filter'; readonly test: Test }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly Operand[] }
  /** Known only when the message is there: [payload.index]. */
  | { readonly kind: 'computed'; readonly resolve: (scope: Scope) => Step };

export type JsonObject = { [key: string]: JsonValue };

export function isObject(value: Found): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

/** Only a document's own members: "constructor" is no member unless the document has one. */
export function member(value: JsonObject, name: string): Found {
  return Object.hasOwn(value, name) ? value[name]! : missing;
}

/** One value at most: nothing that may match many. */
export function isDefinite(steps: readonly Step[]): boolean {
  return steps.every((step, i) => isDefiniteStep(step, i === steps.length - 1));
}

export function isDefiniteStep(step: Step, last: boolean): boolean {
  return step.kind === 'name' || step.kind === 'index' || step.kind === 'function' || (step.kind === 'names' && last);
}
