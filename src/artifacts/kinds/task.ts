import { cloneNode, type XmlElement } from '../../message/xml/tree.ts';
import { attr } from '../shape/fields.ts';
import type { ElementReader } from '../shape/reader.ts';
import type { ElementWriter } from '../shape/writer.ts';
import type { Visitor } from '../shape/spec.ts';
import { description, nameAttribute, wordList } from './fields.ts';
import { defineIrregularKind, type Kind } from './kind.ts';
import { checkCron, isPlaceholder } from './schedule.ts';
import type { TaskConfig } from './types.ts';

const MESSAGE_INJECTOR = 'org.apache.synapse.startup.tasks.MessageInjector';
const DEFAULT_GROUP = 'synapse.simple.quartz';

const shape = {
  name: nameAttribute,
  className: attr.text({
    name: 'class',
    doc: 'What runs: MessageInjector, or a class of your own.',
    default: MESSAGE_INJECTOR,
  }),
  group: attr.text({ doc: 'The Quartz group.', default: DEFAULT_GROUP }),
  pinnedServers: wordList({ doc: 'Only replicas on a pod or node of one of these names may run it, one at a time.' }),
};

export const task: Kind = defineIrregularKind<TaskConfig>({
  kind: 'task',
  tag: 'task',
  summary: 'Runs at an interval, or when a cron expression says so.',
  notes: 'interval is in seconds. Without a trigger, or with once="true", it runs once.',
  shape,
  nameOf: (config) => config.name,
  codec: {
    read(from) {
      const config = from.shape(shape);
      const about = description.read(from, 'description');
      const trigger = readTrigger(from);
      const properties = readProperties(from);
      from.finish(shape);
      return { ...config, ...(about === undefined ? {} : { description: about }), trigger, properties };
    },
    write(config, to) {
      to.shape(shape, { ...config });
      description.write(config.description, to, 'description');
      to.child('trigger', (w) => writeTrigger(config.trigger, w));
      for (const [name, value] of config.properties) {
        to.child('property', (w) => {
          w.attribute('name', name);
          if (typeof value === 'string') w.attribute('value', value);
          else w.node(cloneNode(value));
        });
      }
    },
    visit: visitTask,
  },
});

function readTrigger(from: ElementReader): TaskConfig['trigger'] {
  const element = from.child('trigger');
  if (!element) return { type: 'once' };
  const inside = from.inside(element);
  const cron = inside.attribute('cron');
  const interval = inside.attribute('interval');
  const count = inside.attribute('count');
  const once = inside.attribute('once');
  inside.finish();
  if (cron && interval) {
    inside.problem('BAD_VALUE', 'A trigger has either cron or interval, not both.', {
      on: interval,
      hint: 'Remove one of them.',
    });
  }
  if (cron) {
    checkCron(cron.value, cron, inside);
    const { line, column } = inside.positionOf(cron);
    return { type: 'cron', expression: cron.value, line, column };
  }
  if (once?.value.trim().toLowerCase() === 'true' || !interval) return { type: 'once' };
  const seconds = wholeNumber(interval.value, 1);
  // -1 is MI's own word for no count: it runs for ever.
  const runs = count && count.value.trim() !== '-1' ? wholeNumber(count.value, 1) : undefined;
  if (Number.isNaN(seconds) && !isPlaceholder(interval.value)) {
    inside.problem('BAD_VALUE', `interval="${interval.value}" is not a whole number of seconds from 1 up.`, {
      on: interval,
      hint: 'Intervals under a second are not possible; write seconds.',
    });
  }
  if (count && Number.isNaN(runs) && !isPlaceholder(count.value)) {
    inside.problem('BAD_VALUE', `count="${count.value}" is not a whole number from 1 up.`, {
      on: count,
      hint: 'Leave count out to run for ever.',
    });
  }
  return {
    type: 'interval',
    seconds: Number.isNaN(seconds) ? 1 : seconds,
    count: runs === undefined || Number.isNaN(runs) ? undefined : runs,
  };
}

function wholeNumber(text: string, min: number): number {
  const number = /^\s*\d+\s*$/.test(text) ? Number(text) : NaN;
  return number >= min ? number : NaN;
}

function writeTrigger(trigger: TaskConfig['trigger'], to: ElementWriter): void {
  if (trigger.type === 'once') to.attribute('once', 'true');
  else if (trigger.type === 'cron') to.attribute('cron', trigger.expression);
  else {
    to.attribute('interval', String(trigger.seconds));
    to.attribute('count', trigger.count === undefined ? undefined : String(trigger.count));
  }
}

function readProperties(from: ElementReader): ReadonlyMap<string, string | XmlElement> {
  const properties = new Map<string, string | XmlElement>();
  for (const element of from.children('property')) {
    const inside = from.inside(element);
    const name = inside.attribute('name')?.value;
    const value = inside.attribute('value')?.value;
    const inner = inside.remaining()[0];
    const text = inside.text().trim();
    inside.finish();
    if (name === undefined) {
      inside.problem('MISSING_ATTRIBUTE', '<property> needs the attribute "name".', { hint: 'It says what is set.' });
    } else if (value !== undefined) properties.set(name, value);
    else properties.set(name, inner ?? text);
  }
  return properties;
}

function visitTask(config: TaskConfig, visitor: Visitor): void {
  const at = { file: '', line: 0, column: 0 };
  if (!config.className.endsWith('.MessageInjector')) return;
  const text = (name: string): string | undefined => {
    const value = config.properties.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const to = text('injectTo')?.toLowerCase();
  const sequence = text('sequenceName');
  const proxy = text('proxyName');
  if (to === 'sequence' && sequence) visitor.reference?.('sequence', { fixed: sequence }, at);
  if (to === 'proxy' && proxy) visitor.reference?.('proxy', { fixed: proxy }, at);
  const key = text('registryKey');
  if (key) visitor.reference?.('resource', { fixed: key }, at);
}
