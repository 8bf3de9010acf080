import type { Source, Target } from './places.ts';

export interface Conflict {
  readonly text: string;
  readonly hint: string;
}

/** What cannot be put where, whatever the message. Source: Synapse EnrichMediatorFactory. */
export function conflictOf(source: Source, target: Target): Conflict | undefined {
  const { action } = target;
  if (target.type === 'envelope' && action !== 'replace')
    return { text: 'The envelope can only be replaced.', hint: 'Remove the action, or name a place by xpath.' };
  if (target.type === 'key' && action !== 'replace')
    return { text: 'A key can only be replaced: it gets another name.', hint: 'Remove the action.' };
  if (action === 'remove') return undefined;
  if (target.type === 'custom' && action === 'replace' && isJsonRoot(target.expression.source))
    return { text: 'The whole JSON body is not replaced by a path.', hint: 'Write type="body" without xpath.' };
  const refused = unsuitable[source.type] ?? [];
  if (!refused.includes(target.type)) return undefined;
  return {
    text: `A source of type ${source.type} cannot be put into a target of type ${target.type}.`,
    hint: 'Put it into a property or variable first, or take only a part of it by xpath.',
  };
}

/** Target types that a source type cannot be put into. */
const unsuitable: Partial<Record<Source['type'], readonly Target['type'][]>> = {
  envelope: ['custom', 'envelope', 'body', 'key'],
  body: ['envelope', 'body', 'key'],
  custom: ['envelope'],
};

function isJsonRoot(written: string): boolean {
  return /^(?:json-eval\(\s*)?\$\.?\s*\)?$/.test(written.trim());
}
