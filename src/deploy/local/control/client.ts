import { createInterface } from 'node:readline';
import type { DrainResult, MoveResult, RunResult, SwitchResult, UndrainResult } from '../../orders.ts';
import type { DeploymentEvent, DeploymentStatus } from '../../status.ts';
import { DeploymentError, type DeploymentErrorCode } from '../deployment-error.ts';
import type { DeploymentOrders, RollResult } from '../deployment.ts';
import type { TaskRun } from '../picture/task-runs.ts';
import { ask, isAbandoned, openAnswer, type Refusal } from './asking.ts';
import { socketPath, socketPorts } from './socket.ts';

/** Speaks to a deployment that runs on this machine. Every call may reject with a DeploymentError. */
export interface DeploymentClient extends DeploymentOrders {
  /** Its traffic port. */
  readonly port: number;
  status(): Promise<DeploymentStatus>;
  /** Resolves when the stream is open: whatever happens from then on is in it. `recent`: that many older ones first. */
  events(recent?: number): Promise<EventStream>;
  crash(target: string, options?: { readonly downForMs?: number }): Promise<readonly string[]>;
  freeze(target: string): Promise<readonly string[]>;
  thaw(target: string): Promise<readonly string[]>;
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
  const get = (path: string): Promise<unknown> => ask(socket, { method: 'GET', path }, errorOf);
  const post = (path: string, body: object): Promise<unknown> => ask(socket, { method: 'POST', path, body }, errorOf);
  const pods = async (path: string, command: object): Promise<readonly string[]> =>
    ((await post(path, command)) as { pods: readonly string[] }).pods;
  return {
    port,
    status: async () => (await get('/status')) as DeploymentStatus,
    async events(recent = 0) {
      const response = await openAnswer(socket, { method: 'GET', path: `/events?recent=${recent}` });
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
    runs: async () => (await get('/runs')) as readonly TaskRun[],
    roll: async (paths) => (await post('/roll', paths === undefined ? {} : { paths })) as RollResult,
    stop: async (deadlineMs) => void (await post('/stop', deadlineMs === undefined ? {} : { deadlineMs })),
  };
}

async function listens(socket: string): Promise<boolean> {
  return ask(socket, { method: 'GET', path: '/status' }, errorOf).then(
    () => true,
    (error: unknown) => !isAbandoned(socket, error),
  );
}

function errorOf({ error, message }: Refusal): Error {
  return error === 'INTERNAL' ? new Error(message) : new DeploymentError(error as DeploymentErrorCode, message);
}
