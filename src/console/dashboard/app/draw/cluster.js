import { element, keep, setText } from '../element.js';
import { movingFrom } from '../move.js';
import { drawArtifacts } from './artifacts.js';
import { drawLines } from './lines.js';
import { drawPod, makePod } from './pods.js';

/** Worker nodes as boxes, pods in them, artifacts in the pods; what changed its pod is seen to move there. */
export function drawCluster(status) {
  const cluster = document.getElementById('cluster');
  const settle = movingFrom(cluster.querySelectorAll('.artifact.stateful[data-key]'));
  const stateful = status.artifacts.filter((a) => a.stateful);

  keep(
    document.getElementById('nodes'),
    status.nodes,
    (node) => node.name,
    makeNode,
    (box, node) => {
      const pods = status.pods.filter((pod) => pod.node === node.name);
      box.classList.toggle('down', node.state === 'down');
      setText(box.querySelector('.node-state'), node.state === 'down' ? 'down' : '');
      keep(
        box.querySelector('.pods'),
        pods,
        (pod) => pod.name,
        makePod,
        (podBox, pod) => drawPod(podBox, pod, status),
      );
    },
  );

  drawLines();

  const podNames = new Set(status.pods.map((pod) => pod.name));
  const waiting = stateful.filter((a) => a.holder === undefined || !podNames.has(a.holder));
  document.getElementById('waiting').hidden = waiting.length === 0;
  drawArtifacts(document.getElementById('waiting-list'), waiting);

  settle((chip) => cluster.querySelector(`.artifact.stateful[data-key="${CSS.escape(chip)}"]`));
}

function makeNode(node) {
  const box = element('section', 'node');
  const title = element('h2', 'node-name', `worker ${node.name.replace('-', ' ')}`);
  title.id = `node-${node.name}`;
  title.append(' ', element('span', 'node-state'));
  box.setAttribute('aria-labelledby', title.id);
  box.append(title, element('div', 'pods'));
  return box;
}
