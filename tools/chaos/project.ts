/** The project under test: scheduled tasks whose only effect is a call of the recording resource. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * - tick   each second
 * - cron   at fixed times of the clock
 * - slow   each two seconds, and the backend takes a while: there is work in hand when a fault comes
 */
export type TaskKind = 'tick' | 'cron' | 'slow';

export interface ProjectTask {
  /** "task/tick-07". */
  readonly key: string;
  readonly kind: TaskKind;
  /** From one due time to the next; cron tasks are due at its multiples since 1970. */
  readonly everyMs: number;
}

/** How long the backend of slow tasks takes. */
export const slowBackendMs = 700;

/** The environment variable with the address of the resource. */
export const resourceVariable = 'CHAOS_RESOURCE';

/** Divisors of a minute, so that the due times of the cron tasks are multiples since 1970. */
const cronSeconds = [2, 3, 5];

export function tasksOf(count: number): ProjectTask[] {
  return Array.from({ length: count }, (_, n): ProjectTask => {
    const number = String(n + 1).padStart(2, '0');
    if (n % 10 === 9) return { key: `task/slow-${number}`, kind: 'slow', everyMs: 2_000 };
    if (n % 5 === 4)
      return { key: `task/cron-${number}`, kind: 'cron', everyMs: 1_000 * cronSeconds[n % cronSeconds.length]! };
    return { key: `task/tick-${number}`, kind: 'tick', everyMs: 1_000 };
  });
}

/** Writes it in the vendor's own form; a replica runs it like any other project. */
export function writeProject(folder: string, tasks: readonly ProjectTask[]): void {
  const artifacts = join(folder, 'src/main/wso2mi/artifacts');
  const write = (kind: string, name: string, xml: string): void => {
    mkdirSync(join(artifacts, kind), { recursive: true });
    writeFileSync(join(artifacts, kind, `${name}.xml`), `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`);
  };
  for (const task of tasks) {
    const name = task.key.slice('task/'.length);
    write('tasks', name, taskXml(name, task));
  }
  write(
    'sequences',
    'Effect',
    `<sequence name="Effect" xmlns="http://ws.apache.org/ns/synapse">
    <call><endpoint key="Resource"/></call>
</sequence>`,
  );
  write(
    'endpoints',
    'Resource',
    `<endpoint name="Resource" xmlns="http://ws.apache.org/ns/synapse">
    <http method="post" uri-template="$SYSTEM:${resourceVariable}"/>
</endpoint>`,
  );
}

function taskXml(name: string, { kind, everyMs }: ProjectTask): string {
  const seconds = everyMs / 1_000;
  const trigger = kind === 'cron' ? `cron="0/${seconds} * * * * ?"` : `interval="${seconds}"`;
  return `<task name="${name}" class="org.apache.synapse.startup.tasks.MessageInjector" group="synapse.simple.quartz" xmlns="http://ws.apache.org/ns/synapse">
    <trigger ${trigger}/>
    <property name="injectTo" value="sequence"/>
    <property name="sequenceName" value="Effect"/>
    <property name="message" value='{"from": "${name}"}'/>
</task>`;
}
