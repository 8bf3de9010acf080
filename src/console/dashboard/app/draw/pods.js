import { element, setText } from '../element.js';
import { drawArtifacts } from './artifacts.js';

/** A shape beside the word and the colour, for those who see no colours. */
const marks = { starting: '◌', ready: '●', draining: '◐', frozen: '‖', down: '✕' };

/** Kinds that are shown one by one; the others are counted. */
const doors = ['api', 'proxy', 'inboundEndpoint', 'dataService', 'task', 'messageProcessor'];
const most = 8;

export function makePod(pod) {
  const box = element('article', 'pod');
  const head = element('div', 'pod-head');
  const name = element('h3', 'pod-name', pod.name);
  name.id = `pod-${pod.name}`;
  box.setAttribute('aria-labelledby', name.id);
  head.append(name, element('span', 'pod-group'), element('span', 'state'));
  box.append(head, element('ul', 'artifacts'), element('p', 'parts'), element('p', 'facts'), element('p', 'faults'));
  return box;
}

export function drawPod(box, pod, status) {
  if (box.dataset.state !== pod.state) box.dataset.state = pod.state;
  setText(box.querySelector('.pod-group'), pod.group === 'main' ? '' : pod.group);
  setText(
    box.querySelector('.state'),
    `${marks[pod.state] ?? ''} ${pod.state}${restartIn(pod)}${pod.drained ? ', drained' : ''}`,
  );

  const serves = pod.group === 'main' && pod.state !== 'down';
  const stateless = serves ? status.artifacts.filter((a) => !a.stateful) : [];
  const shown = stateless.filter((a) => doors.includes(a.kind));
  const held = status.artifacts.filter((a) => a.stateful && a.holder === pod.name);
  drawArtifacts(box.querySelector('.artifacts'), [...held, ...shown.slice(0, most)], pod.name);

  const rest = stateless.length - Math.min(shown.length, most);
  setText(box.querySelector('.parts'), rest > 0 ? `and ${rest} more: sequences, endpoints and the like` : '');
  setText(box.querySelector('.facts'), facts(pod));
  setText(box.querySelector('.faults'), pod.faults.join(' '));
}

function restartIn(pod) {
  return pod.state === 'down' && pod.restartInMs > 0 ? `, back in ${Math.ceil(pod.restartInMs / 1000)} s` : '';
}

function facts(pod) {
  const said = [];
  if (pod.memory !== undefined) said.push(`${Math.round(pod.memory / 1048576)} MiB`);
  if (pod.startupMs !== undefined) said.push(`started in ${Math.round(pod.startupMs)} ms`);
  if (pod.restarts > 0) said.push(pod.restarts === 1 ? '1 restart' : `${pod.restarts} restarts`);
  if (pod.version) said.push(pod.version.slice(0, 7));
  return said.join(' · ');
}
