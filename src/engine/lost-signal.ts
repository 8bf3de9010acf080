import { Fault } from '../errors.ts';
import type { Term } from './ports.ts';

/** Aborts when the term is lost, and not when it is handed over: what has begun is then finished. */
export function lostSignal(term: Term): { readonly signal: AbortSignal; [Symbol.dispose](): void } {
  const lost = new AbortController();
  const onEnd = (): void => {
    if (!term.valid()) lost.abort(new Fault('TERM_LOST', { detail: { artifact: term.artifact } }));
  };
  term.signal.addEventListener('abort', onEnd, { once: true });
  if (term.signal.aborted) onEnd();
  return {
    signal: lost.signal,
    [Symbol.dispose]: () => term.signal.removeEventListener('abort', onEnd),
  };
}
