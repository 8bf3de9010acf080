import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadProject } from '../../src/artifacts/project/load.ts';
import { systemClock } from '../../src/clock.ts';
import { silentLogger } from '../../src/log.ts';
import { createIntegration, type Integration } from '../../src/runtime/integration.ts';
import { ownTerm } from '../../src/runtime/stateful/own-work.ts';
import { createSenders } from '../../src/runtime/traffic/senders.ts';
import { Standings } from '../../src/runtime/stateful/standings.ts';
import { Switches } from '../../src/runtime/stateful/switches.ts';
import { vocabulary } from '../../src/runtime/vocabulary.ts';

/** Asking costs: counting reads a table. */
const lookMs = 20;

const artifacts = 'src/main/wso2mi/artifacts';

export interface Running extends AsyncDisposable {
  readonly integration: Integration;
  /** Lets the processor work until `isOver`, which is asked every 20 ms; seconds it took. */
  work(processor: string, isOver: () => Promise<boolean>): Promise<number>;
}

export function writeArtifacts(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, artifacts, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** A project as a replica has it, without a listener: what is measured is what is behind it. Paths are of artifacts. */
export async function runInProcess(files: Readonly<Record<string, string>>): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  writeArtifacts(folder, files);
  const project = await loadProject([folder], { vocabulary });
  const senders = createSenders(project);
  const standings = new Standings(() => Date.now());
  const integration = createIntegration({
    project,
    senders,
    classes: new Map(),
    clock: systemClock,
    log: silentLogger,
    metrics: { version: 'bench', startedAt: Date.now(), member: () => undefined, standings: () => standings.all },
    standings,
    switches: new Switches(silentLogger),
    coordinated: false,
    onRun: () => {},
    onRunEnd: () => {},
  });
  const wrong = integration.problems.filter(({ level }) => level === 'error');
  if (wrong.length > 0) throw new Error(wrong.map(({ text }) => text).join('\n'));
  return {
    integration,
    async work(processor, isOver) {
      const key = `messageProcessor/${processor}`;
      const singleton = [...integration.own, ...integration.shared].find((one) => one.key === key)!;
      const life = new AbortController();
      const started = performance.now();
      const running = singleton.run(ownTerm(key, life.signal));
      while (!(await isOver())) await new Promise((resolve) => setTimeout(resolve, lookMs));
      const seconds = (performance.now() - started) / 1_000;
      life.abort();
      await running;
      return seconds;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([...senders, ...integration.stores.values()].map((one) => one.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
