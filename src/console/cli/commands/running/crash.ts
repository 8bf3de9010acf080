import { artifactKey } from '../../../../artifacts/model.ts';
import type { DeploymentClient } from '../../../../deploy/local/control/client.ts';
import type { DeploymentEvent } from '../../../../deploy/status.ts';
import { integerOption, type OptionSpec, type ParsedLine } from '../../options.ts';
import {
  deploymentOptions,
  formatOf,
  operands,
  withDeployment,
  type CommandPlace,
  type CommandResult,
} from './deployment.ts';

/** --down-for: seconds before the replica is started again, as if its node took that long to come back. */
export const crashOptions: OptionSpec = { ...deploymentOptions, 'down-for': { type: 'string' } };

/** How long the command watches what its crash leads to. */
const watchMs = 5_000;

/**
 * `gantry crash POD|NODE`: SIGKILL, then what happened until every pod is ready again and every artifact it held runs
 * elsewhere. JSON: `{"pods": [...]}`, at once.
 */
export async function runCrash(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  const target = operands(line, ['POD|NODE'], 'gantry crash POD|NODE [--down-for SECONDS]')['POD|NODE'];
  const seconds = integerOption(line, 'down-for', 0, 0, 3_600);
  const options = seconds === 0 ? {} : { downForMs: seconds * 1000 };
  return withDeployment(line, place, async (client) => {
    if (formatOf(line) === 'json') return `${JSON.stringify({ pods: await client.crash(target, options) })}\n`;
    const lines: string[] = [];
    const show = place.progress ?? ((text: string) => void lines.push(text));
    await crashAndWatch(client, target, options, show);
    return lines.map((text) => `${text}\n`).join('');
  });
}

async function crashAndWatch(
  client: DeploymentClient,
  target: string,
  options: { readonly downForMs?: number },
  show: (line: string) => void,
): Promise<void> {
  const events = await client.events();
  const { artifacts } = await client.status();
  const pods = await client.crash(target, options);
  show(`killed ${pods.join(', ')}`);
  const held = artifacts.filter(({ holder }) => holder !== undefined && pods.includes(holder)).map(artifactKey);
  const pending = new Pending(pods, held, options.downForMs !== undefined);
  const timer = setTimeout(() => events.close(), watchMs);
  for await (const event of events) {
    if (event.type !== 'pod-joined') show(event.text);
    if (pending.over(event)) break;
  }
  clearTimeout(timer);
  events.close();
}

/** What is still open after a crash. */
class Pending {
  readonly #lost: Set<string>;
  readonly #ready: Set<string>;
  readonly #artifacts: Set<string>;

  constructor(pods: readonly string[], held: readonly string[], stayDown: boolean) {
    this.#artifacts = new Set(held);
    this.#lost = new Set(pods);
    this.#ready = new Set(stayDown ? [] : pods);
  }

  over({ type, pod = '', artifact = '' }: DeploymentEvent): boolean {
    if (type === 'pod-lost') this.#lost.delete(pod);
    if (type === 'pod-ready') this.#ready.delete(pod);
    if (type === 'artifact-released') this.#artifacts.add(artifact);
    if (type === 'artifact-acquired') this.#artifacts.delete(artifact);
    return this.#lost.size === 0 && this.#ready.size === 0 && this.#artifacts.size === 0;
  }
}
