import { element, keep, setText } from '../element.js';

const kinds = { api: 'API', inboundEndpoint: 'inbound', messageProcessor: 'processor' };

/**
 * Artifacts as a list, of that pod if it is one's. A stateful one carries the token of its term, which rises with every
 * move; one that replicas share by lanes how many of them this pod holds.
 */
export function drawArtifacts(list, artifacts, pod) {
  keep(list, artifacts, artifactKey, makeArtifact, (item, artifact) => {
    const problems = artifact.problems.length;
    item.classList.toggle('faulty', artifact.state === 'faulty');
    item.title = `${artifactKey(artifact)} (${artifact.file}): ${artifact.reason}`;
    const said = [];
    if (artifact.token !== undefined) said.push(`token ${artifact.token}`);
    if (artifact.lanes) said.push(artifact.lanes[pod] === 1 ? '1 lane' : `${artifact.lanes[pod] ?? 0} lanes`);
    if (artifact.stateful && artifact.state !== 'running') said.push(artifact.state);
    if (artifact.state === 'faulty') said.push(problems === 1 ? '1 problem' : `${problems} problems`);
    setText(item.lastChild, said.join(', '));
  });
  list.hidden = artifacts.length === 0;
}

function makeArtifact(artifact) {
  const item = element('li', `artifact ${artifact.stateful ? 'stateful' : 'stateless'}`);
  const kind = kinds[artifact.kind] ?? artifact.kind.replace(/([A-Z])/g, ' $1').toLowerCase();
  item.append(
    element('span', 'kind', kind),
    ' ',
    element('span', 'name', artifact.name),
    ' ',
    element('span', 'token'),
  );
  return item;
}

function artifactKey(artifact) {
  return `${artifact.kind}/${artifact.name}`;
}
