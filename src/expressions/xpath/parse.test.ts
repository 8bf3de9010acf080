import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { compileExpression } from '../compile.ts';
import { namespaces } from './fixtures.ts';

suite('reading XPath', () => {
  const problems: [string, number, RegExp][] = [
    ['//a[', 4, /ends too early/],
    ['//a[1', 5, /expected "\]" after the predicate/],
    ['concat(1, 2', 11, /expected "," after an argument/],
    ['/a/bogus::x', 3, /no axis "bogus"/],
    ['a b', 2, /unexpected "b"/],
    ["'abc", 0, /not closed/],
    ['a == b', 3, /name|ends|expected/],
    ['', 0, /ends too early/],
    ['json-eval($.a[)', 14, /expected/],
  ];
  test('the problem says where and what', () => {
    for (const [source, offset, text] of problems) {
      const { problem } = compileExpression(source);
      assert.ok(problem, source);
      assert.match(problem.text, text, source);
      assert.equal(problem.offset, offset, source);
    }
  });

  test('no text whatever makes the compiler throw, hang or forget to say where', () => {
    const token = fc.constantFrom(
      ...'/ // . .. @ * [ ] ( ) | , = != < + - $a:b "x" \'y a m:b text() position() div and or :: :'.split(' '),
    );
    const source = fc.oneof(
      fc.string(),
      fc.array(token, { maxLength: 12 }).map((t) => t.join(' ')),
    );
    fc.assert(
      fc.property(source, (text) => {
        const { ok, problem } = compileExpression(text, { namespaces });
        assert.ok((ok === undefined) !== (problem === undefined));
        if (problem) assert.ok(problem.offset >= 0 && problem.offset <= text.length && problem.text !== '');
      }),
      { numRuns: 400 },
    );
  });

  test('nesting and length are limited instead of exhausting the stack', () => {
    assert.match(compileExpression('('.repeat(100_000)).problem!.text, /nested too deeply/);
    assert.match(compileExpression(`1${'+1'.repeat(50_000)}`).problem!.text, /too many operators/);
    assert.match(compileExpression('-'.repeat(100_000)).problem!.text, /nested too deeply/);
  });
});
