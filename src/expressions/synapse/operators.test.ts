import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { ask, error, holds, type Claim } from './fixtures.ts';

const claims: readonly Claim[] = [
  [
    'ints stay ints, doubles stay doubles, and overflow becomes a long',
    [
      ['1 + 2', '3'],
      ['1 + 2.0', '3.0'],
      ['8.89 + 0.12', '9.01'],
      ['7 - 10', '-3'],
      ['5-3', '2'],
      ['2147483647 + 1', '2147483648'],
      ['100000 * 100000', '10000000000'],
      ['1.5 * 2', '3.0'],
      ['9 / 3', '3'],
      ['7 / 2', '3.5'],
      ['1.0 / 3', '0.3'],
      ['30000000000 / 3', '1.0E10'],
      ['7 % 4', '3'],
      ['-7 % 4', '-3'],
      ['vars.two + 1', '3.0'],
      ['vars.large + 1', '3000000001'],
      ['vars.count * vars.ratio', '10.0'],
      ['payload.item.count * 2', '6'],
      ['-vars.count', '-4'],
      ['9223372036854775807 + 1', '-9223372036854775808'],
      ['1 / 0', /division by zero/],
      ['1.5 % 0', /division by zero/],
    ],
  ],
  [
    'text is joined with text only, and the message names the types',
    [
      ['vars.text + " you"', 'hello you'],
      ['"a" + 1', /\+ cannot be used between string and int/],
      ['payload.item + 1', /between object and int/],
      ['null + 1', /between null and int/],
      ['true * 2', /between boolean and int/],
      ['payload.list - 1.5', /between array and double/],
    ],
  ],
  [
    'equality compares what is shown, order compares numbers',
    [
      ['5 == "5"', 'true'],
      ['5 == 5.0', 'false'],
      ['payload.item.price == 9.5', 'false'],
      ['payload.nil == null', 'true'],
      ['payload.item != null', 'true'],
      ['payload.item == payload.item', 'true'],
      ['9.5 > 9', 'true'],
      ['vars.large >= 3000000000', 'true'],
      ['"b" > "a"', error],
      ['null < 1', error],
    ],
  ],
  [
    'comparison binds looser than and/or, which bind from right to left on one level',
    [
      // (false and (false or true)), where the usual precedence gives true.
      ['false and false or true', 'false'],
      // true == (true and false), where the usual precedence gives false.
      ['true == true and false', 'false'],
      ['false == true and false', 'true'],
      // 5 > (1 and 3) > 2
      ['5 > 1 and 3 > 2', error],
      ['(5 > 1) and (3 > 2)', 'true'],
      ['true && !false || false', 'true'],
      ['1 < 2 == true', 'true'],
      ['true or 5', error],
      ['1 + 2 * 3 - 4 / 2', '5'],
      ['(1 + 2) * 3', '9'],
    ],
  ],
  [
    'a condition needs a boolean and computes only its branch',
    [
      ['5 > 3 ? "yes" : "no"', 'yes'],
      ['false ? 1 : true ? 2 : 3', '2'],
      ['true ? vars.text : vars.none', 'hello'],
      ['"true" ? 1 : 2', /not boolean/],
      ['exists(payload.none) ? payload.none : "none"', 'none'],
      ['not(exists(vars.text))', 'false'],
    ],
  ],
];

suite('operators of ${...}', () => {
  holds(claims);

  test('numbers written in an expression come out as they went in, and sums of ints are exact', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        assert.equal(ask(`${a}`), String(a));
        assert.equal(ask(`(${a}) + (${b})`), String(a + b));
        assert.equal(ask(`(${a}) - (${b}) + (${b})`), String(a));
      }),
      { numRuns: 50 },
    );
  });
});
