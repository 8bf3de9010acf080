import type { Dispatcher } from '../../engine/ports.ts';
import { Body } from '../../message/body.ts';
import { parseJson } from '../../message/json.ts';
import { Message } from '../../message/message.ts';
import type { Environment } from '../../message/environment.ts';
import { cloneNode, XmlElement } from '../../message/xml/tree.ts';
import { parseXml } from '../../message/xml/parse.ts';
import type { TaskJob, TaskRun } from './task.ts';

export const MESSAGE_INJECTOR = 'org.apache.synapse.startup.tasks.MessageInjector';

export interface InjectorOptions {
  readonly task: string;
  /** The task's <property> elements by name. Source: Synapse MessageInjector's setters. */
  readonly properties: ReadonlyMap<string, string | XmlElement>;
  readonly environment: Environment;
  readonly dispatcher: Dispatcher;
}

/** Puts the same message into a sequence or proxy at every run. */
export function messageInjector(options: InjectorOptions): TaskJob {
  const text = (name: string): string | undefined => {
    const value = options.properties.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const origin = `task ${options.task}`;
  const target = text('injectTo') ?? 'main';
  return {
    async run(run) {
      const message = buildMessage(options, run, text);
      if (target === 'proxy') {
        await options.dispatcher.injectProxy(text('proxyName') ?? '', message, origin, run.signal);
      } else {
        await options.dispatcher.inject(text('sequenceName') ?? 'main', message, origin, run.signal);
      }
    },
  };
}

function buildMessage(options: InjectorOptions, run: TaskRun, text: (name: string) => string | undefined): Message {
  const registryKey = text('registryKey');
  const value =
    options.properties.get('message') ?? (registryKey === undefined ? undefined : fromRegistry(options, registryKey));
  const message = new Message({
    body: bodyOf(value),
    environment: options.environment,
    conversation: { id: run.fence.key, operation: new Map(), fence: run.fence },
  });
  const to = text('to');
  if (to !== undefined) message.addressing.to = to;
  const action = text('soapAction');
  if (action !== undefined) message.addressing.action = action;
  const format = text('format');
  if (format !== undefined) message.properties.set('MESSAGE_FORMAT', format);
  message.properties.set('isInbound', 'true');
  // What a flow may want to know of the run it belongs to; an addition of Gantry.
  message.properties.set('TASK_DUE_AT', String(run.dueAt));
  return message;
}

function bodyOf(value: string | XmlElement | undefined): Body {
  if (value === undefined) return Body.empty();
  if (value instanceof XmlElement) return Body.xml(cloneNode(value));
  const trimmed = value.trim();
  if (trimmed.startsWith('<')) {
    try {
      return Body.xml(parseXml(trimmed));
    } catch {
      return Body.text(value);
    }
  }
  if (/^[[{]/.test(trimmed)) {
    try {
      return Body.json(parseJson(trimmed));
    } catch {
      return Body.text(value);
    }
  }
  return Body.text(value);
}

function fromRegistry(options: InjectorOptions, key: string): string | undefined {
  const resource = options.environment.resource(key);
  return resource && new TextDecoder().decode(resource.bytes);
}
