import { element, keep, setText } from '../element.js';

const labels = { http: 'requests', management: 'management', health: 'health' };

export function drawHead(status) {
  setText(document.getElementById('name'), status.name);
  setText(document.getElementById('pattern'), status.pattern);
  setText(document.getElementById('reason'), status.reason);
  const title = `${status.name} · Gantry`;
  if (document.title !== title) document.title = title;
  const addresses = Object.entries(labels).filter(([name]) => status.addresses[name]);
  keep(
    document.getElementById('addresses'),
    addresses,
    ([name]) => name,
    ([, label]) => {
      const item = element('li');
      item.append(element('span', 'label', label), ' ', element('code'));
      return item;
    },
    (item, [name]) => setText(item.lastChild, status.addresses[name]),
  );
}
