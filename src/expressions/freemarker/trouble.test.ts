import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../../errors.ts';
import { compileFreemarker } from './freemarker.ts';
import { filled } from './fixtures.ts';

function trouble(template: string): string {
  try {
    filled(template);
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    assert.equal(error.code, 'EXPRESSION_FAILED');
    return error.message;
  }
  return 'none';
}

function problemOf(template: string): readonly unknown[] | undefined {
  const { problem } = compileFreemarker(template);
  return problem && [problem.text, problem.offset, problem.hint];
}

test('what a template cannot be filled in for says what, where and what to write', () => {
  const expected = {
    'a\n  ${payload.nope}':
      'FreeMarker template, line 2, column 5: payload.nope is missing or null. Write payload.nope!"a default", or ask with payload.nope?? whether it is there.',
    '${payload.nope.deep}':
      'FreeMarker template, line 1, column 3: payload.nope is missing or null. Write payload.nope!"a default", or ask with payload.nope?? whether it is there.',
    '${payload.ok}':
      'FreeMarker template, line 1, column 3: payload.ok is a boolean and cannot be written as text. Write ${payload.ok?c} for true or false, or ${payload.ok?string("yes", "no")}.',
    '${payload.items}':
      'FreeMarker template, line 1, column 3: payload.items is a sequence and cannot be written as text. Write it with <#list>, or with ?join(", ").',
    '<#if payload.i == "42">x</#if>':
      'FreeMarker template, line 1, column 6: payload.i is a number and "42" is a string: they cannot be compared. Write "42"?number, or a number without quotes.',
    '<#if payload.name>x</#if>':
      'FreeMarker template, line 1, column 6: payload.name is a string where true or false is needed. Ask for something: ?has_content, ==, ??.',
    '${1/0}': 'FreeMarker template, line 1, column 3: something is divided by zero.',
    '${"x"?number}': 'FreeMarker template, line 1, column 3: "x" is no number.',
    '<#list payload.map as k>x</#list>':
      'FreeMarker template, line 1, column 8: payload.map is a hash where a sequence is needed. A hash is listed with two names: <#list map as key, value>.',
    '<#stop "enough">': 'FreeMarker template, line 1, column 1: the template stops: enough.',
    '<#macro m a>${a}</#macro><@m/>': 'FreeMarker template, line 1, column 28: m needs a value for its parameter a.',
    '<#macro m><@m/></#macro><@m/>': 'FreeMarker template, line 1, column 13: m: macros call each other 200 deep.',
    '<#list 1..9999999 as i></#list>':
      'FreeMarker template, line 1, column 8: a range of 9999999 numbers is too long (1000000 at most).',
  };
  assert.deepEqual(
    Object.fromEntries(Object.keys(expected).map((template) => [template, trouble(template)])),
    expected,
  );
});

test('what is no template is found when it is read', () => {
  const expected = {
    '<#if payload.ok>a': ['<#if> is not closed.', 0, 'It ends with </#if>.'],
    'a</#if>': ['</#if> does not belong here.', 1, 'The tags are not closed in the order they were opened.'],
    '<#if x>a</#list>': ['<#if> is not closed before </#list>.', 0, 'It ends with </#if>.'],
    '${payload.name': ['Here a } is needed, not the end.', 14, undefined],
    '<#iff x>': ['There is no directive <#iff>.', 0, 'Did you mean if?'],
    '${payload.name?upper_cas}': ['The built-in ?upper_cas is not known.', 15, 'Did you mean upper_case?'],
    '${x?left_pad()}': ['?left_pad takes 1 to 2 values in parentheses, not 0.', 4, undefined],
    '<#include "other.ftl">': ['The directive <#include> is not run by Gantry.', 0, undefined],
    '<#list xs>x</#list>': ['<#list> needs the name of its loop variable.', 0, 'Write <#list things as thing>.'],
    '${"abc}': ['The text is not closed.', 2, 'It ends with ".'],
    '<#ftl output_format="XML">': [
      'The output format "XML", which escapes each value, is not run by Gantry.',
      5,
      'Escape the values that need it: ${x?xml} or ${x?html}.',
    ],
  };
  assert.deepEqual(
    Object.fromEntries(Object.keys(expected).map((template) => [template, problemOf(template)])),
    expected,
  );
  assert.equal(problemOf(`\${${'('.repeat(300)}`)?.[0], 'The expression is nested too deep.');
});
