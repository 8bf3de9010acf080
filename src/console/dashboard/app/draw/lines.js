/**
 * The lines from the load balancer end at the middles of the first row's nodes. How many stand in that row is the
 * grid's choice, so it is asked, and again when the window changes.
 */
export function drawLines() {
  const nodes = document.getElementById('nodes');
  const columns = getComputedStyle(nodes).gridTemplateColumns.split(' ').length;
  nodes.style.setProperty('--columns', String(columns));
  [...nodes.children].forEach((node, i) => node.classList.toggle('first-row', i < columns));
}

new ResizeObserver(drawLines).observe(document.getElementById('nodes'));
