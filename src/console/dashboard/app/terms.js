/** What the deployment told of terms: who held which stateful artifact, from when to when, and why. */
const terms = new Map();

/** Server time minus ours, so that bars end where the server's present is. */
let skew = 0;

/** A new connection begins with everything that is kept; what an earlier deployment told means nothing any more. */
export function forgetTerms() {
  terms.clear();
}

export function noteTerms(told) {
  skew = told.now - Date.now();
  for (const term of told.terms) terms.set(termKey(term), term);
}

export function termKey(term) {
  return `${term.artifact} ${term.token} ${term.from}`;
}

/** Oldest first. */
export function termsOf(artifact, since) {
  const own = [...terms.values()].filter((term) => term.artifact === artifact && (term.to ?? Infinity) >= since);
  return own.sort((a, b) => a.from - b.from);
}

export function serverNow() {
  return Date.now() + skew;
}
