import { rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { DrainResult, MoveResult, RunResult, SwitchResult, UndrainResult } from '../../orders.ts';
import type { DeploymentEvent, DeploymentStatus } from '../../status.ts';
import { DeploymentError, type DeploymentErrorCode } from '../deployment-error.ts';
import type { RollResult } from '../deployment.ts';
import type { TaskRun } from '../picture/task-runs.ts';
import { socketPath, socketPorts } from './socket.ts';

/** Speaks to a deployment that runs on this machine. Every call may reject with a DeploymentError. */
export interface DeploymentClient {
  /** Its traffic port. */
  readonly port: number;
  status(): Promise<DeploymentStatus>;
  /** Resolves when the stream is open: whatever happens from then on is in it. `recent`: that many older ones first. */
  events(recent?: number): Promise<EventStream>;
  crash(target: string, options?: { readonly downForMs?: number }): Promise<readonly string[]>;
  freeze(target: string): Promise<readonly string[]>;
  thaw(target: string): Promise<readonly string[]>;
  move(artifact: string, pod: string): Promise<MoveResult>;
  drain(target: string): Promise<DrainResult>;
  undrain(target: string): Promise<UndrainResult>;
  switch(artifact: string, on: boolean, reason: string): Promise<SwitchResult>;
  trigger(task: string): Promise<RunResult>;
  runs(): Promise<readonly TaskRun[]>;
  roll(paths?: readonly string[]): Promise<RollResult>;
  stop(deadlineMs?: number): Promise<void>;
}

/** Ends when the deployment ends, or at close(). */
export interface EventStream extends AsyncIterable<DeploymentEvent> {
  close(): void;
}

export interface FindOptions {
  /** The traffic port; undefined: the only deployment that runs. */
  readonly port?: number | undefined;
  readonly folder?: string | undefined;
}

/** Rejects with NOT_RUNNING or SEVERAL_RUNNING. Removes the sockets of deployments that have died. */
export async function findDeployment({ port, folder }: FindOptions = {}): Promise<DeploymentClient> {
  const alive: number[] = [];
  for (const candidate of socketPorts(folder)) {
    if (port !== undefined && candidate !== port) continue;
    if (await listens(socketPath(candidate, folder))) alive.push(candidate);
  }
  const only = alive[0];
  if (only === undefined) {
    const where = port === undefined ? 'No deployment runs on this machine' : `No deployment runs on port ${port}`;
    throw new DeploymentError('NOT_RUNNING', `${where}. Start one with: gantry run PATH`);
  }
  if (alive.length > 1) {
    throw new DeploymentError(
      'SEVERAL_RUNNING',
      `Several deployments run. Choose one with --port ${alive.join(' or --port ')}.`,
    );
  }
  return connectDeployment(only, socketPath(only, folder));
}

export function connectDeployment(port: number, socket: string): DeploymentClient {
  const post = (path: string, command: object): Promise<unknown> => ask(socket, 'POST', path, command);
  const pods = async (path: string, command: object): Promise<readonly string[]> =>
    ((await post(path, command)) as { pods: readonly string[] }).pods;
  return {
    port,
    status: async () => (await ask(socket, 'GET', '/status')) as DeploymentStatus,
    async events(recent = 0) {
      const response = await open(socket, 'GET', `/events?recent=${recent}`);
      // A deployment that was killed ends its stream like one that stopped.
      response.on('error', () => {});
      const lines = createInterface({ input: response, crlfDelay: Infinity });
      return {
        async *[Symbol.asyncIterator]() {
          for await (const line of lines) yield JSON.parse(line) as DeploymentEvent;
        },
        close() {
          lines.close();
          response.destroy();
        },
      };
    },
    crash: (target, options = {}) => pods('/crash', { target, ...options }),
    freeze: (target) => pods('/freeze', { target }),
    thaw: (target) => pods('/thaw', { target }),
    move: async (artifact, pod) => (await post('/move', { artifact, pod })) as MoveResult,
    drain: async (target) => (await post('/drain', { target })) as DrainResult,
    undrain: async (target) => (await post('/undrain', { target })) as UndrainResult,
    switch: async (artifact, on, reason) => (await post('/switch', { artifact, on, reason })) as SwitchResult,
    trigger: async (task) => (await post('/trigger', { task })) as RunResult,
    runs: async () => (await ask(socket, 'GET', '/runs')) as readonly TaskRun[],
    roll: async (paths) => (await post('/roll', paths === undefined ? {} : { paths })) as RollResult,
    stop: async (deadlineMs) => void (await post('/stop', deadlineMs === undefined ? {} : { deadlineMs })),
  };
}

/** False, and the socket removed, when nobody listens on it any more. */
async function listens(socket: string): Promise<boolean> {
  try {
    await ask(socket, 'GET', '/status');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED') rmSync(socket, { force: true });
    return code !== 'ECONNREFUSED' && code !== 'ENOENT';
  }
}

function open(socketPath: string, method: string, path: string, command?: object): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const body = command === undefined ? '' : JSON.stringify(command);
    const headers = command === undefined ? {} : { 'Content-Type': 'application/json' };
    const request = httpRequest({ socketPath, method, path, headers, agent: false }, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function ask(socketPath: string, method: string, path: string, command?: object): Promise<unknown> {
  const response = await open(socketPath, method, path, command);
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk as string;
  const value: unknown = JSON.parse(body);
  if ((response.statusCode ?? 500) < 400) return value;
  const { error, message } = value as { error: string; message: string };
  if (error === 'INTERNAL') throw new Error(message);
  throw new DeploymentError(error as DeploymentErrorCode, message);
}
