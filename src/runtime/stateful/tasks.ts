import { parseQuartz } from '../../artifacts/kinds/cron.ts';
import type { TaskConfig } from '../../artifacts/kinds/types.ts';
import { artifactKey, type Artifact } from '../../artifacts/model.ts';
import { placementOf, type Placement } from '../../artifacts/placement.ts';
import type { Singleton } from '../../engine/ports.ts';
import { classTask, type TaskClass } from '../../transports/timer/class-task.ts';
import { messageInjector, MESSAGE_INJECTOR } from '../../transports/timer/injector.ts';
import type { Trigger } from '../../transports/timer/schedule.ts';
import { scheduledTask, type ScheduledTaskOptions, type TaskJob } from '../../transports/timer/task.ts';
import { loadClass } from './classes.ts';
import type { Report, SingletonParts } from './singletons.ts';

/** Makes the scheduled task a <task> asks for; undefined when it cannot run, and why is reported. */
export function createTask(
  artifact: Artifact<TaskConfig>,
  parts: SingletonParts,
  report: Report,
): Singleton | undefined {
  const config = artifact.config!;
  const key = artifactKey(artifact);
  const placement = placementOf(artifact, parts.project);
  const trigger = triggerOf(config, artifact, placement.timeZone, report);
  const job = trigger && jobOf(config, artifact, parts, report);
  if (!trigger || !job) return undefined;
  return scheduledTask({
    name: config.name,
    trigger,
    job,
    clock: parts.clock,
    log: parts.log,
    ...rulesOf(placement),
    switch: parts.switches.of(key),
    onRun: (run) => parts.onRun({ artifact: key, ...run }),
    onRunEnd: (run) => parts.onRunEnd({ artifact: key, ...run }),
  });
}

function rulesOf({ runs, misfire, jitterMs }: Placement): Pick<ScheduledTaskOptions, 'runs' | 'misfire' | 'jitterMs'> {
  return { misfire, jitterMs, ...(runs !== undefined && { runs }) };
}

function triggerOf(
  config: TaskConfig,
  artifact: Artifact,
  timeZone: string | undefined,
  report: Report,
): Trigger | undefined {
  const { trigger } = config;
  if (trigger.type === 'interval') return { type: 'interval', everyMs: trigger.seconds * 1_000, count: trigger.count };
  if (trigger.type === 'once') return { type: 'once' };
  const parsed = parseQuartz(trigger.expression, timeZone);
  if (parsed.ok) return { type: 'cron', next: parsed.ok.next };
  const at = { ...artifact.at, line: trigger.line, column: trigger.column };
  report([{ code: 'BAD_CRON', level: 'error', at, text: parsed.problem }]);
  return undefined;
}

function jobOf(config: TaskConfig, artifact: Artifact, parts: SingletonParts, report: Report): TaskJob | undefined {
  const { dispatcher, environment, log, classes } = parts;
  const { properties } = config;
  if (config.className === MESSAGE_INJECTOR) {
    return messageInjector({ task: config.name, properties, dispatcher, environment });
  }
  const file = classes.get(config.className);
  if (file !== undefined) {
    const load = (): Promise<TaskClass> => loadClass<TaskClass>(file);
    return classTask({ task: config.name, properties, load, environment, dispatcher, log });
  }
  report([
    {
      code: 'CLASS_NOT_FOUND',
      level: 'error',
      at: artifact.at,
      text: `The task class ${config.className} is Java, or was not found.`,
      hint: `Port it to TypeScript or JavaScript as classes/${config.className}.ts in the project folder.`,
    },
  ]);
  return undefined;
}
