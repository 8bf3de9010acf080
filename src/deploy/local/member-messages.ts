import type { CoordinationEvent } from '../../coordination/index.ts';
import type { ToParent } from './protocol.ts';

/** What a replica tells its supervisor of an event of its membership. */
export function memberMessages(event: CoordinationEvent): ToParent[] {
  const { type, artifact, token, boot, reason, by, time, endedAt, target } = event;
  if (type === 'acquired' || type === 'released' || type === 'lost') {
    if (artifact === undefined || token === undefined) return [];
    const at = endedAt ?? time;
    return [{ to: 'parent', type: 'term', artifact, token, state: type, at, reason, ...(by !== undefined && { by }) }];
  }
  const about = { ...(artifact !== undefined && { artifact }), ...(target !== undefined && { target }) };
  const told: ToParent = { to: 'parent', type: 'member', what: type, at: time, reason, ...about };
  const isNew = type === 'joined' || type === 'rejoined';
  return isNew ? [{ to: 'parent', type: 'joined', boot }, told] : [told];
}
