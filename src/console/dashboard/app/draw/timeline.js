import { element, keep, setText } from '../element.js';
import { serverNow, termKey, termsOf } from '../terms.js';
import { keysBetweenTerms } from '../term-keys.js';
import { describeTerm, duration } from './term-words.js';

/** As many as colours.css has; beyond that the names in the bars tell pods apart. */
const colours = 8;

const lanes = document.getElementById('lanes');
const said = document.getElementById('term-said');
let status;

/** A lane for each stateful artifact, a bar for each term, coloured by pod. Drawn again each second, as time goes on. */
export function drawTimeline(news = status) {
  status = news;
  if (!status) return;
  const artifacts = status.artifacts.filter((a) => a.stateful).sort(byName);
  const isEmpty = artifacts.length === 0;
  document.getElementById('timeline-empty').hidden = !isEmpty;
  for (const id of ['lanes', 'axis', 'spans', 'lanes-keys', 'term-said']) document.getElementById(id).hidden = isEmpty;
  const view = viewNow();
  drawAxis(view);
  keep(lanes, artifacts, artifactKey, makeLane, (lane, artifact) => drawLane(lane, artifactKey(artifact), view));
  keys.settle();
}

/** Reconcile2 before Reconcile10. */
function byName(a, b) {
  return a.name.localeCompare(b.name, 'en', { numeric: true });
}

function viewNow() {
  const seconds = Number(document.querySelector('#spans input:checked').value);
  const to = serverNow();
  return { from: to - seconds * 1000, to, seconds };
}

function drawAxis({ seconds }) {
  setText(document.getElementById('axis-from'), `${duration(seconds * 1000)} ago`);
  setText(document.getElementById('axis-middle'), `${duration(seconds * 500)} ago`);
}

function makeLane(artifact) {
  const lane = element('div', 'lane');
  const key = artifactKey(artifact);
  lane.setAttribute('role', 'group');
  lane.setAttribute('aria-label', key);
  const name = element('span', 'lane-name', artifact.name);
  name.title = key;
  lane.append(name, element('div', 'track'));
  return lane;
}

function drawLane(lane, artifact, view) {
  const terms = termsOf(artifact, view.from);
  const marks = terms.flatMap((term, i) => (isGap(term) ? [gapBefore(term, terms[i - 1])] : []));
  const parts = [...terms.map((term) => ({ key: termKey(term), term })), ...marks];
  const make = ({ term }) => (term ? makeTerm() : element('span', 'gap'));
  keep(
    lane.lastChild,
    parts,
    ({ key }) => key,
    make,
    (part, { term, gap }) => {
      if (!term) {
        part.classList.toggle('lost', gap.lost);
        place(part, gap.from, gap.to, view);
        return;
      }
      part.className = `term colour-${colourOf(term.pod)}${term.to === undefined ? ' present' : ''}`;
      setText(part.firstChild, term.pod);
      part.setAttribute('aria-label', describeTerm(term));
      place(part, Math.max(term.from, view.from), term.to ?? view.to, view);
    },
  );
}

function makeTerm() {
  const bar = element('button', 'term');
  bar.type = 'button';
  bar.tabIndex = -1;
  bar.append(element('span', 'term-pod'));
  for (const event of ['focus', 'pointerenter']) bar.addEventListener(event, () => say(bar));
  return bar;
}

/** The same words a screen reader gets from the bar itself. */
function say(bar) {
  setText(said, bar.getAttribute('aria-label'));
}

/** A first term has none before it. When the end of the one before is not known, the gap isn't either: it is marked all the same. */
function isGap(term) {
  return term.gapMs !== undefined || term.by === 'failover';
}

function gapBefore(term, before) {
  const lost = term.by === 'failover' || before?.end === 'lost';
  return { key: `gap ${termKey(term)}`, gap: { from: term.from - (term.gapMs ?? 0), to: term.from, lost } };
}

function place(part, from, to, view) {
  const whole = view.to - view.from;
  const share = (at) => Math.min(100, Math.max(0, (100 * (at - view.from)) / whole));
  part.style.left = `${share(from)}%`;
  part.style.width = `${share(to) - share(from)}%`;
  part.hidden = to < view.from;
}

function colourOf(pod) {
  const index = status.pods.findIndex((one) => one.name === pod);
  return index < 0 ? 0 : (index % colours) + 1;
}

function artifactKey(artifact) {
  return `${artifact.kind}/${artifact.name}`;
}

const keys = keysBetweenTerms(lanes);
document.getElementById('spans').addEventListener('change', () => drawTimeline());
setInterval(() => drawTimeline(), 1000);
