const came = {
  start: 'nobody had it before',
  failover: 'failover',
  handover: 'handed over by a replica that stopped',
  rebalance: 'moved for balance',
  drain: 'moved away from what is drained',
  move: 'moved on request',
};

const went = {
  released: 'given away',
  lost: 'lost',
  replaced: 'replaced, and its holder has not said when it stopped',
};

/** A term in words: what a bar's shape, place and colour show, and the reasons. */
export function describeTerm({ artifact, pod, token, from, to, by, reason, end, endReason, gapMs }) {
  const span = to === undefined ? `since ${clockTime(from)}` : `from ${clockTime(from)} for ${duration(to - from)}`;
  const parts = [`${artifact} on ${pod} ${span}, token ${token}.`];
  const gap = gapMs === undefined ? '' : `, after ${duration(gapMs)} without a holder`;
  parts.push(`${capital(came[by] ?? 'as its replica says')}${gap}: ${reason}.`);
  if (end) parts.push(`Then ${went[end]}${endReason && end !== 'replaced' ? `: ${endReason}` : ''}.`);
  return parts.join(' ');
}

export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${+(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
  if (ms < 3_600_000) return `${+(ms / 60_000).toFixed(ms < 600_000 ? 1 : 0)} min`;
  return `${+(ms / 3_600_000).toFixed(1)} h`;
}

function clockTime(ms) {
  const at = new Date(ms);
  const two = (n) => String(n).padStart(2, '0');
  const thousandths = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${thousandths}`;
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}
