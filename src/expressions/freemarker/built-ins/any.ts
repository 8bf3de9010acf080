/** Source: FreeMarker manual, "Type independent built-ins", "Seldom used and expert built-ins". */
import { dateText } from '../dates.ts';
import { formatPattern } from '../format-number.ts';
import { same } from '../operators.ts';
import { TemplateTrouble } from '../trouble.ts';
import { blank, FtlDate, FtlFunction, FtlNumber, isHash, itemsOf, type Value } from '../value.ts';
import { XmlNodes } from '../xml-nodes.ts';
import type { BuiltIn, BuiltIns, Use } from './call.ts';

const is = (holds: (value: Value) => boolean): BuiltIn => ({ takes: [0, 0], run: (use) => holds(use.value()) });

const isList = (value: Value): boolean => itemsOf(value) !== undefined;
const isNamed = (value: Value): boolean => isHash(value) || value instanceof XmlNodes || value === blank;
const isText = (value: Value): boolean => typeof value === 'string' || value instanceof XmlNodes || value === blank;
const isDate = (value: Value): boolean => value instanceof FtlDate;
const isFunction = (value: Value): boolean => value instanceof FtlFunction;

export const anyBuiltIns: BuiltIns = {
  string: { takes: [0, 2], run: string },
  has_content: { takes: [0, 0], run: (use) => hasContent(use.valueIfAny()) },
  exists: { takes: [0, 0], run: (use) => use.valueIfAny() !== undefined },
  if_exists: { takes: [0, 0], run: (use) => use.valueIfAny() ?? blank },
  default: {
    takes: [1, Infinity],
    run(use) {
      const own = use.valueIfAny();
      if (own !== undefined) return own;
      return use.values.map((other) => other.run(use.run)).find((value) => value !== undefined);
    },
  },
  blank_to_null: { takes: [0, 0], run: (use) => (use.text().trim() === '' ? undefined : use.text()) },
  empty_to_null: { takes: [0, 0], run: (use) => (use.text() === '' ? undefined : use.text()) },
  switch: { takes: [2, Infinity], run: choose },
  is_string: is(isText),
  is_number: is((value) => value instanceof FtlNumber),
  is_boolean: is((value) => typeof value === 'boolean'),
  is_date: is(isDate),
  is_date_like: is(isDate),
  is_date_only: is((value) => value instanceof FtlDate && value.kind === 'date'),
  is_time: is((value) => value instanceof FtlDate && value.kind === 'time'),
  is_datetime: is((value) => value instanceof FtlDate && value.kind === 'datetime'),
  is_sequence: is(isList),
  is_collection: is(isList),
  is_enumerable: is(isList),
  is_indexable: is(isList),
  is_hash: is(isNamed),
  is_hash_ex: is(isNamed),
  is_node: is((value) => value instanceof XmlNodes),
  is_method: is(isFunction),
  is_macro: is(isFunction),
  is_directive: is(isFunction),
};

/** ?string, ?string("0.00"), ?string("yyyy-MM-dd"), ?string("yes", "no"). */
function string(use: Use): Value {
  const value = use.value();
  const [first, second] = [use.values[0] && use.givenText(0), use.values[1] && use.givenText(1)];
  if (typeof value === 'boolean') {
    if (first !== undefined && second === undefined)
      throw new TemplateTrouble('?string of a boolean takes two texts: ?string("yes", "no")', use.left.at);
    return value ? (first ?? 'true') : (second ?? 'false');
  }
  if (second !== undefined) throw use.wrong('a boolean', value);
  if (first === undefined) return use.asText(value);
  if (value instanceof FtlNumber) return formatPattern(value.decimal, first);
  if (value instanceof FtlDate) return dateText(value, first);
  throw use.wrong('a number or a date', value);
}

function hasContent(value: Value | undefined): boolean {
  if (value === undefined || value === blank || value === '') return false;
  if (isHash(value)) return value.size > 0;
  return (itemsOf(value)?.length ?? 1) > 0;
}

/** x?switch(case1, value1, case2, value2, otherwise). */
function choose(use: Use): Value | undefined {
  const value = use.value();
  for (let i = 0; i + 1 < use.values.length; i += 2) if (same(value, use.given(i)!)) return use.given(i + 1);
  if (use.values.length % 2 === 1) return use.given(use.values.length - 1);
  throw new TemplateTrouble(`${use.left.written}?switch(...) has no case for this value, and no default`, use.left.at);
}
