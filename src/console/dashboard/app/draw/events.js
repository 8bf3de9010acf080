import { element } from '../element.js';

const most = 200;

/** Newest first. Read out as they come (role log), but not those from before the page was opened. */
export function addEvent(event) {
  const list = document.getElementById('events');
  document.getElementById('events-empty').hidden = true;
  const item = element('li', `event ${event.type}`);
  const time = element('time', '', clockTime(event.time));
  time.dateTime = new Date(event.time).toISOString();
  item.append(time, ' ', element('span', 'said', event.text));
  list.prepend(item);
  while (list.children.length > most) list.lastElementChild.remove();
}

/** Called once the first picture stands: from now on what happens is news. */
export function eventsAreLive() {
  const list = document.getElementById('events');
  if (!list.hasAttribute('aria-live')) setTimeout(() => list.setAttribute('aria-live', 'polite'), 500);
}

function clockTime(ms) {
  const two = (n) => String(n).padStart(2, '0');
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
