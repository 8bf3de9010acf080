import type { Dispatcher } from '../../engine/ports.ts';
import type { Logger } from '../../log.ts';
import { Body } from '../../message/body.ts';
import type { Environment } from '../../message/environment.ts';
import { Message } from '../../message/message.ts';
import type { XmlElement } from '../../message/xml/tree.ts';
import type { TaskJob, TaskRun } from './task.ts';

/**
 * A task written in TypeScript or JavaScript: the module whose file is named like the class of the <task> element
 * exports such a class as default. Its <property> elements are given as an object before the first run.
 *
 *   export default class Nightly {
 *     async execute({ properties, inject, log }) { await inject('NightlySequence', { json: { day: properties.day } }); }
 *   }
 */
export interface TaskClass {
  new (): TaskInstance;
}

export interface TaskInstance {
  init?(context: TaskContext): void | Promise<void>;
  execute(context: TaskContext): void | Promise<void>;
}

export interface TaskContext {
  readonly task: string;
  readonly properties: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
  /** The fencing token of this replica's term: pass it to what the task writes to. */
  readonly token: number;
  /** The same for this run whoever repeats it. */
  readonly idempotencyKey: string;
  /** Aborted when this replica lost the task: stop at once. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Runs a sequence with a message and waits for it. */
  inject(sequence: string, body?: TaskBody): Promise<void>;
}

export type TaskBody = { readonly json: unknown } | { readonly text: string };

export interface ClassTaskOptions {
  readonly task: string;
  readonly properties: ReadonlyMap<string, string | XmlElement>;
  readonly load: () => Promise<TaskClass>;
  readonly environment: Environment;
  readonly dispatcher: Dispatcher;
  readonly log: Logger;
}

export function classTask(options: ClassTaskOptions): TaskJob {
  let instance: Promise<TaskInstance> | undefined;
  const start = async (context: TaskContext): Promise<TaskInstance> => {
    const Loaded = await options.load();
    const made = new Loaded();
    await made.init?.(context);
    return made;
  };
  return {
    async run(run) {
      const context = contextOf(options, run);
      // A class that failed to load is tried again at the next run: the module may have been mended.
      instance ??= start(context).catch((error: unknown) => {
        instance = undefined;
        throw error;
      });
      await (await instance).execute(context);
    },
  };
}

function contextOf(options: ClassTaskOptions, run: TaskRun): TaskContext {
  const properties: Record<string, string> = {};
  for (const [name, value] of options.properties) properties[name] = typeof value === 'string' ? value : value.text;
  return {
    task: options.task,
    properties,
    dueAt: run.dueAt,
    token: run.fence.token,
    idempotencyKey: run.fence.key,
    signal: run.signal,
    log: options.log,
    inject(sequence, body) {
      const message = new Message({
        body: bodyOf(body),
        environment: options.environment,
        conversation: { id: run.fence.key, operation: new Map(), fence: run.fence },
      });
      message.properties.set('TASK_DUE_AT', String(run.dueAt));
      return options.dispatcher.inject(sequence, message, `task ${options.task}`, run.signal);
    },
  };
}

function bodyOf(body: TaskBody | undefined): Body {
  if (body === undefined) return Body.empty();
  return 'text' in body ? Body.text(body.text) : Body.json(JSON.parse(JSON.stringify(body.json)) as never);
}
