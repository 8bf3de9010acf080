import type { XmlAttribute, XmlElement } from '../../message/xml/tree.ts';
import type { ElementReader } from '../shape/reader.ts';
import { parseQuartz } from './cron.ts';

/** True for text that is filled in where the artifact runs, and so cannot be judged while reading. */
export function isPlaceholder(text: string): boolean {
  return /\$(SYSTEM|FILE|config):|\$\{/.test(text);
}

/** Reports a cron expression that Quartz would refuse, or that never fires. */
export function checkCron(expression: string | undefined, on: XmlElement | XmlAttribute, from: ElementReader): void {
  if (expression === undefined || expression.trim() === '' || isPlaceholder(expression)) return;
  const parsed = parseQuartz(expression);
  if (!parsed.ok) {
    from.problem('BAD_CRON', parsed.problem, { on, hint: parsed.hint });
    return;
  }
  if (parsed.ok.next(new Date()) === undefined) {
    from.problem('CRON_NEVER_FIRES', `"${expression}" never fires (again).`, {
      on,
      hint: 'No date from now on matches all of its fields; check day, month and year.',
    });
  }
}
