/** Source: FreeMarker manual, "Loop variable built-ins". */
import type { Loop } from '../run.ts';
import { TemplateTrouble } from '../trouble.ts';
import { whole, type Value } from '../value.ts';
import type { BuiltIn, BuiltIns, Use } from './call.ts';

const ask = (work: (loop: Loop) => Value): BuiltIn => ({ takes: [0, 0], run: (use) => work(loopOf(use)) });

export const loopBuiltIns: BuiltIns = {
  index: ask(({ index }) => whole(index)),
  counter: ask(({ index }) => whole(index + 1)),
  has_next: ask(({ hasNext }) => hasNext),
  is_first: ask(({ index }) => index === 0),
  is_last: ask(({ hasNext }) => !hasNext),
  is_odd_item: ask(({ index }) => index % 2 === 0),
  is_even_item: ask(({ index }) => index % 2 === 1),
  item_parity: ask(({ index }) => (index % 2 === 0 ? 'odd' : 'even')),
  item_parity_cap: ask(({ index }) => (index % 2 === 0 ? 'Odd' : 'Even')),
  item_cycle: {
    takes: [1, Infinity],
    run: (use) => use.given(loopOf(use).index % use.values.length),
  },
};

function loopOf(use: Use): Loop {
  const name = use.left.variable;
  const loop = name === undefined ? undefined : use.run.loop(name);
  if (!loop) throw new TemplateTrouble(`${use.left.written} is no variable of a <#list> around it`, use.left.at);
  return loop;
}
