import { element, keep, setText } from '../element.js';

const figures = [
  ['perSecond', 'requests per second'],
  ['requests', 'requests'],
  ['inFlight', 'in flight'],
  ['failed', 'failed'],
];

export function drawTraffic(traffic) {
  keep(
    document.getElementById('traffic'),
    figures,
    ([name]) => name,
    ([name, label]) => {
      const group = element('div', `figure ${name}`);
      group.append(element('dt', '', label), element('dd'));
      return group;
    },
    (group, [name]) => {
      setText(group.lastChild, number(traffic[name]));
      group.classList.toggle('bad', name === 'failed' && traffic.failed > 0);
    },
  );
  setText(document.getElementById('balancer-rate'), `${number(traffic.perSecond)}/s`);
}

function number(n) {
  return n.toLocaleString('en', { maximumFractionDigits: n < 10 ? 1 : 0 });
}
