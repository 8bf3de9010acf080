/** Tells people how a release comes along: on a terminal redrawn in place, elsewhere a line for each change. */
import type { GroupProgress, PodProgress, ReleaseEvent } from '../../../../deploy/kubernetes/index.ts';
import type { Told } from '../deployable.ts';
import { table } from '../table.ts';
import type { Screen } from './screen.ts';

export interface Progress {
  tell(event: ReleaseEvent): void;
  /** Nothing is redrawn from now on. */
  end(): void;
}

/** For CI: each event as it is, a line of JSON. */
export function jsonProgress(told: Told): Progress {
  return { tell: (event) => told.print(JSON.stringify(event)), end() {} };
}

/** `screen`: undefined where lines cannot be redrawn. */
export function textProgress(told: Told, screen: Screen | undefined): Progress {
  const seen = new Map<string, string>();
  const say = (line: string): void => (screen ? screen.print(line) : told.print(line));
  return {
    tell(event) {
      if (event.type !== 'progress') {
        for (const line of linesOf(event)) say(line);
        return;
      }
      if (screen) screen.draw(drawn(event.groups));
      else for (const line of changesOf(event.groups, seen)) told.print(line);
    },
    end: () => screen?.end(),
  };
}

function linesOf(event: Exclude<ReleaseEvent, { type: 'progress' }>): readonly string[] {
  switch (event.type) {
    case 'checked': {
      const { created, changed, unchanged, removed } = event;
      return [`checked: ${created} to create, ${changed} to change, ${removed} to remove, ${unchanged} as they are`];
    }
    case 'begun':
      return [`revision ${event.revision}`];
    case 'applied':
      return event.change === 'unchanged' ? [] : [`${event.change} ${event.object}`];
    case 'removed':
      return [`removed ${event.object}`];
    case 'diagnosis': {
      const { code, pod, group, text, hint } = event.diagnosis;
      return [`${code} ${pod ?? group}: ${text}`, `  ${hint}`];
    }
    case 'evidence':
      return [
        `${event.pod} says${event.of === 'log' ? '' : ' at /ready'}:`,
        ...event.lines.map((line) => `  | ${line}`),
      ];
    case 'serves':
      return [`serves after ${seconds(event.tookMs)}`];
    case 'done':
      return [`done after ${seconds(event.tookMs)}: every older pod was told to go`];
    case 'failed':
      return [`failed: ${event.reason}`];
    case 'rolling-back':
      return [event.revision === undefined ? 'taking it away again' : `bringing revision ${event.revision} back`];
    case 'warning':
      return [`warning: ${event.text}`];
  }
}

function drawn(groups: readonly GroupProgress[]): readonly string[] {
  const rows = groups.flatMap((group) =>
    group.pods.map((pod) => [pod.name, pod.node ?? '-', pod.isNew ? 'new' : 'old', stateOf(pod)]),
  );
  return [...groups.map(groupLine), ...table(['POD', 'NODE', 'VERSION', 'STATE'], rows)];
}

function groupLine({ name, serving, wanted, old }: GroupProgress): string {
  return `${name}: ${serving} of ${wanted} new pods serve${old === 0 ? '' : `, ${old} old`}`;
}

/** One line for each pod whose state is another than before, then how far its group is. */
function changesOf(groups: readonly GroupProgress[], seen: Map<string, string>): readonly string[] {
  return groups.flatMap((group) => {
    const lines: string[] = [];
    for (const pod of group.pods) {
      const state = `${pod.isNew ? 'new' : 'old'} ${stateOf(pod)}`;
      const before = seen.get(pod.name);
      seen.set(pod.name, state);
      // That an old pod serves is no news.
      if (before === state || (before === undefined && !pod.isNew && pod.state === 'ready')) continue;
      lines.push(`  ${pod.name}${pod.node === undefined ? '' : ` on ${pod.node}`}: ${state}`);
    }
    const line = groupLine(group);
    if (seen.get(group.name) !== line) lines.push(line);
    seen.set(group.name, line);
    return lines;
  });
}

function stateOf({ state, reason, restarts }: PodProgress): string {
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${state}${why}${restarts === 0 ? '' : `, ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
