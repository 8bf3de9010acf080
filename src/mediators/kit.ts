/** All a mediator's file imports: the describing words, the outcomes and the types. */
import type { ConfigOf, Mediator, Shape } from '../engine/ports.ts';

export { attr, child, content } from '../artifacts/shape/fields.ts';
export { branch, ownSteps } from '../artifacts/shape/steps.ts';
export { keyText } from '../engine/scope.ts';
export type { Mediator, Outcome, Scope } from '../engine/ports.ts';

/** Ties the config's type to the shape. */
export function defineMediator<S extends Shape>(mediator: Mediator<ConfigOf<S>> & { readonly shape: S }): Mediator {
  return mediator as unknown as Mediator;
}
