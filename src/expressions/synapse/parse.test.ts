import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { compileExpression } from '../compile.ts';
import { ask, message } from './fixtures.ts';

suite('reading ${...}', () => {
  test('a text survives being written in either kind of quotes', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('"', "'"), (text, quote) => {
        const written = quote + text.replace(/[\\"']/g, '\\$&') + quote;
        assert.equal(ask(written), text);
      }),
    );
  });

  test('the problem says where and what would be right', () => {
    const problems: [inner: string, offset: number, text: RegExp, hint?: RegExp][] = [
      ['', 0, /ends too early/],
      ['payload.a +', 11, /ends too early/],
      ['(1 + 2', 6, /expected "\)" after the part in parentheses/],
      ['lengh("a")', 0, /no function lengh\(\)/, /Did you mean length\?/],
      ['paylod.a', 0, /"paylod" is not known/, /Did you mean payload\?/],
      ['a = 1', 0, /"a" is not known/],
      ['vars.a = 1', 7, /single =/, /==/],
      ['vars.', 5, /expected a name/],
      ['vars', 4, /expected a name/, /vars\.name/],
      ['props.sinapse.x', 6, /props\.sinapse is not known/, /Did you mean synapse\?/],
      ['payload.a payload.b', 10, /unexpected "payload"/, /operator/],
      ['true ? 1', 8, /expected ":"/],
      ['length("a"', 10, /expected ","/],
      ['payload.a[', 10, /ends too early/],
      ['xpath("//a[")', 0, /"\/\/a\[" is no XPath: the expression ends too early/],
    ];
    for (const [inner, offset, text, hint] of problems) {
      const { problem } = compileExpression(`\${${inner}}`);
      assert.ok(problem, inner);
      assert.match(problem.text, text, inner);
      assert.equal(problem.offset, offset + 2, inner);
      if (hint) assert.match(problem.hint ?? '', hint, inner);
    }
  });

  test('no text whatever makes the compiler or an evaluation throw', () => {
    const token = fc.constantFrom(
      ...'payload vars.a $ . .. [ ] ( ) ? : @ * + - / % == > and or ! "x" 1 2.5 null true length( xpath( , not( == [?('.split(
        ' ',
      ),
    );
    const inner = fc.oneof(
      fc.string(),
      fc.array(token, { maxLength: 12 }).map((t) => t.join(' ')),
    );
    const asked = message();
    fc.assert(
      fc.property(inner, (text) => {
        const { ok, problem } = compileExpression(`\${${text}}`);
        assert.ok((ok === undefined) !== (problem === undefined));
        ok?.text(asked);
      }),
      { numRuns: 400 },
    );
  });

  test('nesting and length are limited instead of exhausting the stack', () => {
    assert.match(compileExpression(`\${${'('.repeat(50_000)}}`).problem!.text, /nested too deeply/);
    assert.match(compileExpression(`\${${'!'.repeat(50_000)}true}`).problem!.text, /nested too deeply/);
    assert.match(compileExpression(`\${1${'+1'.repeat(50_000)}}`).problem!.text, /too many operators/);
  });
});
