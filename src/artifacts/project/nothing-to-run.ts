import type { Problem } from '../../errors.ts';
import type { Artifact, Project } from '../model.ts';
import { fileProblem } from './found.ts';

/** What does something by itself; whatever else there is waits to be used by one of these. */
const actors = new Set(['api', 'proxy', 'inboundEndpoint', 'task', 'messageProcessor', 'dataService']);

/** A project that would start, be ready, and answer 404 to everything. An artifact with errors is another matter. */
export function nothingToRun({ name, artifacts, problems }: Project): readonly Problem[] {
  const acts = ({ kind, name: called }: Artifact): boolean =>
    actors.has(kind) || (kind === 'sequence' && called === 'main');
  if (artifacts.some(acts) || problems.some(({ level }) => level === 'error')) return [];
  const hint =
    'An API, a proxy service, an inbound endpoint, a task, a message processor or the sequence main would. Is this the right PATH?';
  return [
    fileProblem(
      'NOTHING_TO_RUN',
      name,
      `Nothing in ${name} answers requests or works by itself: it would be ready, and answer 404.`,
      hint,
      'warning',
    ),
  ];
}
