import type { ApiConfig } from '../../../artifacts/kinds/types.ts';
import { isFaulty, type Project } from '../../../artifacts/model.ts';
import type { LocalDeployment } from '../../../deploy/local/deployment.ts';
import type { Plan } from '../../../deploy/plan/index.ts';
import type { DeploymentStatus } from '../../../deploy/status.ts';
import { formatStatus } from '../commands/running/ps.ts';
import { faultyLabel } from './screen.ts';

/** Waits until every pod is ready and every stateful artifact is held, but no longer than that. */
export async function settledWithin(deployment: LocalDeployment, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.max(0, ms));
  const look = (): void => {
    if (isSettled(deployment.status())) resolve();
  };
  const stop = deployment.subscribe(look);
  look();
  await promise;
  clearTimeout(timer);
  stop();
}

/** Waits until a pod takes requests, or the deployment has stopped. */
export async function serving(deployment: LocalDeployment): Promise<'serving' | 'stopped'> {
  const { promise, resolve } = Promise.withResolvers<'serving' | 'stopped'>();
  const look = (): void => {
    if (deployment.status().pods.some((pod) => pod.state === 'ready')) resolve('serving');
  };
  const stop = deployment.subscribe(look);
  void deployment.stopped.then(() => resolve('stopped'));
  look();
  const end = await promise;
  stop();
  return end;
}

function isSettled(status: DeploymentStatus): boolean {
  const held = status.artifacts.every((a) => !a.stateful || a.state !== 'waiting' || a.holder !== undefined);
  return held && status.pods.every((pod) => pod.state === 'ready');
}

/** What a newcomer sees first: what runs where, why, where to send requests, and what to try. */
export function greeting(status: DeploymentStatus, plan: Plan, project: Project): readonly string[] {
  const { http, management, health, page } = status.addresses;
  const faulty = status.artifacts.filter((a) => a.state === 'faulty');
  const lines = ['', formatStatus(status).trimEnd(), '', `pattern     ${status.pattern}: ${status.reason}`];
  for (const problem of plan.problems) if (problem.level === 'warning') lines.push(`warning     ${problem.text}`);
  if (faulty.length > 0) {
    const names = faulty.map((a) => `${a.kind} ${a.name || a.file}`).join(', ');
    lines.push(`${faultyLabel}     ${names}: the rest runs, and health says so; gantry check tells why`);
  }
  lines.push(`http        ${http}`, `management  ${management}`, `health      ${health}`, `page        ${page}`, '');
  lines.push(...tryThese(status, project), '');
  return lines;
}

/** Three lines to copy, made of what the project has. */
function tryThese(status: DeploymentStatus, project: Project): readonly string[] {
  const { http, health } = status.addresses;
  const sound = project.artifacts.filter((a) => !isFaulty(a));
  const api = sound.find((a) => a.kind === 'api')?.config as ApiConfig | undefined;
  const proxy = sound.find((a) => a.kind === 'proxy');
  const path = api?.context ?? (proxy ? `/services/${proxy.name}` : '/');
  return [
    `  curl -i ${http}${path}`,
    `  curl ${health}/healthz`,
    status.artifacts.some((a) => a.stateful) ? '  gantry crash pod-1 && gantry ps' : `  curl ${health}/metrics`,
  ];
}
