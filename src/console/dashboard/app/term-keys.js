/**
 * One stop for the Tab key, however many terms there are; arrows go on from there: left and right within an artifact, up
 * and down to the term of the next artifact that is nearest in place, Home and End to an artifact's first and last.
 */
export function keysBetweenTerms(lanes) {
  let current;

  const termsIn = (lane) => [...(lane?.querySelectorAll('.term:not([hidden])') ?? [])];
  const goTo = (term) => {
    if (!term) return;
    select(term);
    term.focus();
    term.scrollIntoView({ block: 'nearest' });
  };
  const select = (term) => {
    if (current && current !== term) current.tabIndex = -1;
    current = term;
    if (term) term.tabIndex = 0;
  };
  const otherLane = (lane, step) => {
    for (let at = lane[step]; at; at = at[step]) if (termsIn(at).length > 0) return at;
    return undefined;
  };
  const nearest = (lane, term) => {
    const middle = (one) => one.getBoundingClientRect().left + one.getBoundingClientRect().width / 2;
    const away = (one) => Math.abs(middle(one) - middle(term));
    return termsIn(lane).sort((a, b) => away(a) - away(b))[0];
  };

  lanes.addEventListener('focusin', (event) => {
    const term = event.target.closest('.term');
    if (term) select(term);
  });
  lanes.addEventListener('keydown', (event) => {
    const term = event.target.closest('.term');
    if (!term) return;
    const lane = term.closest('.lane');
    const terms = termsIn(lane);
    const at = terms.indexOf(term);
    const next = {
      ArrowLeft: () => terms[at - 1],
      ArrowRight: () => terms[at + 1],
      ArrowUp: () => nearest(otherLane(lane, 'previousElementSibling'), term),
      ArrowDown: () => nearest(otherLane(lane, 'nextElementSibling'), term),
      Home: () => terms[0],
      End: () => terms.at(-1),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    goTo(next());
  });

  return {
    /** After drawing: the term that had the stop may be gone. */
    settle() {
      if (current?.isConnected && !current.hidden) return;
      const first = [...lanes.children].map((lane) => termsIn(lane).at(-1)).find((term) => term);
      select(first);
    },
  };
}
