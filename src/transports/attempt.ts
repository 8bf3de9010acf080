import type { Intake, Taken, TakeOptions, Term } from '../engine/ports.ts';
import { stillHeld } from '../engine/still-held.ts';
import type { Clock } from '../clock.ts';
import type { Message } from '../message/message.ts';

export interface AttemptParts {
  readonly intake: Intake;
  readonly clock: Clock;
  readonly term: Term;
}

/**
 * One attempt at a message; undefined when the term is lost. A flow that failed because it was in doubt whether the term
 * holds, which it does, was no attempt: the message goes through it again.
 */
export async function attempt(
  messageOf: () => Message,
  { intake, clock, term }: AttemptParts,
  options: TakeOptions,
): Promise<Taken | undefined> {
  for (;;) {
    const taken = await intake.take(messageOf(), options);
    const isHeld = stillHeld(term, clock, options.signal);
    if (isHeld !== true && !(await isHeld)) return undefined;
    if (taken.fault?.code !== 'TERM_LOST') return taken;
  }
}
