import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupProgress, ReleaseEvent } from '../../../../deploy/kubernetes/index.ts';
import { jsonProgress, textProgress } from './progress.ts';
import { Screen } from './screen.ts';

const lines: string[] = [];
const told = { print: (line: string) => void lines.push(line), warn() {} };
const group = (serving: number, state: 'starting' | 'ready'): GroupProgress => ({
  name: 'orders',
  wanted: 2,
  serving,
  old: 1,
  state: 'rolling',
  pods: [
    { name: 'old-1', node: 'node1', isNew: false, state: 'ready', reason: undefined, restarts: 0 },
    { name: 'new-1', node: 'node2', isNew: true, state, reason: undefined, restarts: 1 },
  ],
});
const progress = (one: GroupProgress): ReleaseEvent => ({ type: 'progress', groups: [one] });

test('where lines cannot be redrawn, each change is a line and nothing is said twice', () => {
  lines.length = 0;
  const shown = textProgress(told, undefined);
  for (const event of [group(0, 'starting'), group(0, 'starting'), group(1, 'ready')]) shown.tell(progress(event));
  assert.deepEqual(lines, [
    '  new-1 on node2: new starting, 1 restart',
    'orders: 0 of 2 new pods serve, 1 old',
    '  new-1 on node2: new ready, 1 restart',
    'orders: 1 of 2 new pods serve, 1 old',
  ]);
});

test('for CI each event is a line of JSON', () => {
  lines.length = 0;
  jsonProgress(told).tell({ type: 'serves', tookMs: 7 });
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    [{ type: 'serves', tookMs: 7 }],
  );
});

test('on a terminal the table is drawn over the last one, and what is told stays above it', () => {
  const terminal = new TinyTerminal();
  const screen = new Screen(terminal);
  screen.draw(['one', 'two', 'three']);
  screen.print('said');
  screen.draw(['ONE', 'a line that is much too long for it']);
  assert.deepEqual(terminal.lines, ['said', 'ONE', 'a line that is muc…', '']);
  screen.end();
  screen.draw(['next', '2', '3', '4', '5', 'below the last row']);
  assert.deepEqual(terminal.lines, ['said', 'ONE', 'a line that is muc…', 'next', '2', '3', '4', '5', '']);
});

/** As much of a terminal as Screen speaks to. */
class TinyTerminal {
  readonly isTTY = true;
  readonly columns = 20;
  readonly rows = 6;
  lines: string[] = [''];

  write(text: string): void {
    for (const part of text.replaceAll('\x1b', '^').split(/(\^\[\d*[AJ]|\n)/)) {
      const up = /\[(\d+)A/.exec(part)?.[1];
      if (up !== undefined) this.lines = this.lines.slice(0, this.lines.length - 1 - Number(up)).concat('');
      else if (part === '\n') this.lines.push('');
      else if (!part.startsWith('^')) this.lines[this.lines.length - 1] += part;
    }
  }
}
