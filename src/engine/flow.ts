import { visitStep } from '../artifacts/shape/steps.ts';
import type { Step, Steps } from '../artifacts/shape/spec.ts';
import { Fault } from '../errors.ts';
import type { Message } from '../message/message.ts';
import type { Mediator, Outcome, Scope } from './ports.ts';

/** A step made ready to run. Whether it looks into the body is decided here, at load, not per message. */
interface Runnable {
  readonly mediator: Mediator;
  readonly config: unknown;
  readonly step: Step;
  readonly needsBody: boolean;
}

const compiled = new WeakMap<Steps, readonly Runnable[]>();

function compile(steps: Steps): readonly Runnable[] {
  const ready = steps.steps.map((step) => ({
    mediator: step.spec as Mediator,
    config: step.config,
    step,
    needsBody: stepNeedsBody(step),
  }));
  compiled.set(steps, ready);
  return ready;
}

/** True when this step itself reads the body; the steps of its branches speak for themselves when they are reached. */
function stepNeedsBody(step: Step): boolean {
  const { needsBody } = step.spec as Mediator;
  if (typeof needsBody === 'function' ? needsBody(step.config) : needsBody) return true;
  let found = false;
  visitStep(step, {
    expression: (expression) => void (found ||= expression.needsBody),
  });
  return found;
}

/**
 * Runs steps in order until one says something other than "next". Synchronous steps run without a promise in between;
 * a step that waits continues where it was. A thrown fault leaves with its position and trail filled in.
 */
export function runSteps(steps: Steps, message: Message, scope: Scope, from = 0): Outcome | Promise<Outcome> {
  const ready = compiled.get(steps) ?? compile(steps);
  for (let i = from; i < ready.length; i++) {
    const runnable = ready[i]!;
    let outcome: Outcome | Promise<Outcome>;
    try {
      if (runnable.needsBody && !message.body.loaded) return afterLoading(steps, message, scope, i, runnable);
      outcome = runnable.mediator.run(runnable.config, message, scope);
    } catch (error) {
      throw located(error, runnable.step);
    }
    if (typeof outcome !== 'string') return afterWaiting(outcome, steps, message, scope, i, runnable);
    if (outcome !== 'next') return outcome;
  }
  return 'next';
}

async function afterLoading(
  steps: Steps,
  message: Message,
  scope: Scope,
  index: number,
  runnable: Runnable,
): Promise<Outcome> {
  try {
    await message.body.load(scope.signal);
  } catch (error) {
    throw located(error, runnable.step);
  }
  return runSteps(steps, message, scope, index);
}

async function afterWaiting(
  waiting: Promise<Outcome>,
  steps: Steps,
  message: Message,
  scope: Scope,
  index: number,
  runnable: Runnable,
): Promise<Outcome> {
  let outcome: Outcome;
  try {
    outcome = await waiting;
  } catch (error) {
    throw located(error, runnable.step);
  }
  return outcome === 'next' ? runSteps(steps, message, scope, index + 1) : outcome;
}

/** The innermost step gives the position; every step on the way out adds its tag in front of the trail. */
function located(error: unknown, step: Step): Fault {
  const fault = Fault.from(error);
  fault.at ??= step.at;
  fault.trail.unshift(step.spec.tag);
  return fault;
}
