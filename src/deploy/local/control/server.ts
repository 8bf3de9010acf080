import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnSocket } from '../../../listening.ts';
import { DeploymentError } from '../deployment-error.ts';
import type { LocalDeployment } from '../deployment.ts';
import { ownFolder, socketPath } from './socket.ts';

/**
 * Commands of a local deployment, JSON over HTTP on a unix socket:
 *
 *   GET  /status                          DeploymentStatus
 *   GET  /events?recent=N                 DeploymentEvent, one JSON line each, the newest N first told, then as they happen
 *   POST /crash   {target, downForMs?}    {"pods": [...]}
 *   POST /freeze  {target}                {"pods": [...]}
 *   POST /thaw    {target}                {"pods": [...]}
 *   POST /move    {artifact, pod}         MoveResult; answered when the pod holds it
 *   POST /drain   {target}                DrainResult; answered when it holds nothing that another can
 *   POST /undrain {target}                UndrainResult
 *   POST /switch  {artifact, on, reason}  SwitchResult
 *   POST /trigger {task}                  RunResult; answered when its holder has taken it
 *   GET  /runs                            [TaskRun], newest first
 *   POST /roll    {paths?}                RollResult; answered when it is over
 *   POST /stop    {deadlineMs?}           {}
 *   anything that fails                   4xx {"error": CODE, "message": text}
 */
export interface Control {
  readonly path: string;
  close(): Promise<void>;
}

const largestCommand = 64 * 1024;

export async function serveControl(
  deployment: LocalDeployment,
  place: { readonly folder?: string | undefined; readonly port: number },
): Promise<Control> {
  ownFolder(place.folder);
  const path = socketPath(place.port, place.folder);
  const server = createServer((request, response) => {
    answer(deployment, request, response).catch((error: unknown) => {
      const known = error instanceof DeploymentError;
      const status = !known ? 500 : error.code === 'NOT_FOUND' ? 404 : 409;
      const message = error instanceof Error ? error.message : String(error);
      if (!response.headersSent) sendJson(response, status, { error: known ? error.code : 'INTERNAL', message });
      else response.destroy();
    });
  });
  // The traffic port is ours by now, so whoever made a socket of this name has gone without removing it.
  return { path, ...(await listenOnSocket(server, path)) };
}

async function answer(deployment: LocalDeployment, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://control');
  const route = `${request.method ?? ''} ${url.pathname}`;
  if (route === 'GET /status') return sendJson(response, 200, deployment.status());
  if (route === 'GET /events') return streamEvents(deployment, Number(url.searchParams.get('recent') ?? 0), response);
  if (route === 'GET /runs') return sendJson(response, 200, await deployment.runs());
  const command = await readCommand(request);
  switch (route) {
    case 'POST /crash': {
      const downForMs = command['downForMs'];
      const options = typeof downForMs === 'number' ? { downForMs } : {};
      return sendJson(response, 200, { pods: deployment.crash(text(command, 'target'), options) });
    }
    case 'POST /freeze':
      return sendJson(response, 200, { pods: deployment.freeze(text(command, 'target')) });
    case 'POST /thaw':
      return sendJson(response, 200, { pods: deployment.thaw(text(command, 'target')) });
    case 'POST /move':
      return sendJson(response, 200, await deployment.move(text(command, 'artifact'), text(command, 'pod')));
    case 'POST /drain':
      return sendJson(response, 200, await deployment.drain(text(command, 'target')));
    case 'POST /undrain':
      return sendJson(response, 200, await deployment.undrain(text(command, 'target')));
    case 'POST /switch': {
      const { on, reason } = command;
      const why = typeof reason === 'string' ? reason : '';
      return sendJson(response, 200, await deployment.switch(text(command, 'artifact'), on === true, why));
    }
    case 'POST /trigger':
      return sendJson(response, 200, await deployment.trigger(text(command, 'task')));
    case 'POST /roll': {
      const paths = command['paths'];
      return sendJson(response, 200, await deployment.roll(Array.isArray(paths) ? paths.map(String) : undefined));
    }
    case 'POST /stop': {
      const deadlineMs = command['deadlineMs'];
      sendJson(response, 200, {});
      await deployment.stop(typeof deadlineMs === 'number' ? deadlineMs : undefined);
      return;
    }
    default:
      return sendJson(response, 404, { error: 'NOT_FOUND', message: `There is no ${route}.` });
  }
}

function streamEvents(deployment: LocalDeployment, recent: number, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/jsonl' });
  if (recent > 0) for (const event of deployment.recent.slice(-recent)) response.write(`${JSON.stringify(event)}\n`);
  const unsubscribe = deployment.subscribe((event) => void response.write(`${JSON.stringify(event)}\n`));
  response.on('close', unsubscribe);
  response.flushHeaders();
}

async function readCommand(request: IncomingMessage): Promise<Record<string, unknown>> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk as string;
    if (body.length > largestCommand) throw new DeploymentError('NOT_POSSIBLE', 'The command is too long.');
  }
  if (body === '') return {};
  try {
    const command: unknown = JSON.parse(body);
    if (typeof command === 'object' && command !== null && !Array.isArray(command)) return { ...command };
  } catch {
    // Told below.
  }
  throw new DeploymentError('NOT_POSSIBLE', 'The command is not a JSON object.');
}

function text(command: Record<string, unknown>, field: string): string {
  const value = command[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new DeploymentError('NOT_POSSIBLE', `The command needs "${field}".`);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = `${JSON.stringify(value)}\n`;
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
