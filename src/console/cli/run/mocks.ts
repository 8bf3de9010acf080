import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Project } from '../../../artifacts/model.ts';
import { startMqttBroker } from './mqtt-broker.ts';

/** What a mock's module exports as default: starts it, says which variables point to it. */
type StartMock = () => Promise<{ readonly env?: Readonly<Record<string, string>>; close(): Promise<void> }>;

export interface Mocks {
  /** For the replicas: stands for the placeholders of the artifacts. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Starts the stand-ins for backends that a project's deployment.toml names, so that an example needs nothing outside:
 *
 *   [[gantry.mock]]
 *   module = "mock/backend.mjs"        relative to the project's folder
 *
 *   [[gantry.mock]]
 *   broker = "mqtt"                    a broker in this process; MQTT_HOST and MQTT_PORT say where
 */
export async function startMocks(project: Project, paths: readonly string[]): Promise<Mocks> {
  const gantry = project.deployment['gantry'] as { readonly mock?: unknown } | undefined;
  const named = Array.isArray(gantry?.mock)
    ? (gantry.mock as readonly { readonly module?: unknown; readonly broker?: unknown }[])
    : [];
  const load = async (module: string): Promise<StartMock> => {
    const loaded: unknown = await import(pathToFileURL(join(resolve(paths[0]!), module)).href);
    return (loaded as { readonly default: StartMock }).default;
  };
  const running: Awaited<ReturnType<StartMock>>[] = [];
  const env: Record<string, string> = {};
  for (const { module, broker } of named) {
    const start = broker === 'mqtt' ? startMqttBroker : typeof module === 'string' ? await load(module) : undefined;
    if (!start) continue;
    const mock = await start();
    running.push(mock);
    // What the user's environment says wins: a real backend instead of the mock.
    for (const [name, value] of Object.entries(mock.env ?? {})) env[name] = process.env[name] ?? value;
  }
  return {
    env,
    async close() {
      await Promise.all(running.map((mock) => mock.close()));
    },
  };
}
