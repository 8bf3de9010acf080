import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filled } from './fixtures.ts';

/** Each template with what FreeMarker 2.3.30 makes of it. */
const cases: Readonly<Record<string, readonly (readonly [template: string, made: string])[]>> = {
  list: [
    ['<#list payload.items as it>${it.name}<#sep>, </#list>', 'Lamp, Chair, Desk "L"'],
    ['<#list payload.items as it>${it_index}${it?counter}${it?is_last?c};</#list>', '01false;12false;23true;'],
    ['<#list payload.items as it>${it?item_cycle("a","b")}</#list>', 'aba'],
    ['<#list payload.none as it>${it}<#else>nothing</#list>', 'nothing'],
    ['<#list payload.list>(<#items as it>${it}<#sep>|</#sep></#items>)</#list>', '(b|a|C)'],
    ['<#list payload.map as k, v>${k}=${v};</#list>', 'k1=v1;k2=v2;'],
    ['<#list 1..4 as i><#if i == 2><#continue></#if><#if i == 4><#break></#if>${i}</#list>!', '13!'],
    ['<#list payload.items as a><#list a.tags![] as b>${a?index}${b?index} </#list></#list>', '00 01 '],
  ],
  if: [
    ['<#if payload.i == 1>one<#elseif payload.i == 42>many<#else>none</#if>', 'many'],
    ['<#if (payload.i > 5)>yes</#if>', 'yes'],
    ['<#if payload.i &gt; 5 &amp;&amp; payload.ok>yes</#if>', 'yes'],
  ],
  assign: [
    ['<#assign x = 5>${x}<#assign x += 2>${x}<#assign x++>${x}', '578'],
    ['<#assign a = 1 b = a + 1>${a},${b}', '1,2'],
    ['<#assign x>cap <#list 1..2 as i>${i}</#list></#assign>[${x}]', '[cap 12]'],
    ['<#assign seq = []><#list payload.nums as n><#assign seq = seq + [n*2]></#list>${seq?join(",")}', '6,2,4'],
  ],
  switch: [
    ['<#switch payload.i><#case 1>one<#break><#case 42>many<#break><#default>other</#switch>', 'many'],
    ['<#switch payload.i><#case 42>a<#case 43>b<#default>c</#switch>', 'abc'],
    ['<#switch payload.i><#on 1, 42>a<#on 43>b<#default>c</#switch>', 'a'],
  ],
  'macros and functions': [
    ['<#macro m a b="B">[${a}${b}<#nested 1, 2>]</#macro><@m a="A"/><@m "X" "Y"/>', '[AB][XY]'],
    ['<#macro m>[<#nested 1, 2>]</#macro><@m; p, q>${p}${q}</@m>', '[12]'],
    ['<@late x=1/><#macro late x>${x}!</#macro>', '1!'],
    ['<#function f(a)><#if a lte 1><#return 1></#if><#return a * f(a-1)></#function>${f(5)}', '120'],
    ['<#macro m a rest...>${rest?keys?join(",")}</#macro><@m a=1 b=2 c=3/>', 'b,c'],
    ['<#macro m><#local x = 1>${x}</#macro><@m/>${x!"unset"}', '1unset'],
  ],
  'what goes wrong on purpose': [
    ['x<#attempt>y${payload.nope}<#recover>bad</#recover>z', 'xbadz'],
    ['<#noparse>${x}<#if></#noparse>', '${x}<#if>'],
    ['a<#-- comment -->b', 'ab'],
  ],
  settings: [
    ['<#setting number_format="0.00">${payload.i}', '42.00'],
    ['<#setting boolean_format="c">${payload.ok}', 'true'],
  ],
  'lines of tags alone': [
    ['[\n<#list payload.nums as n>\n  ${n}\n</#list>\n]', '[\n  3\n  1\n  2\n]'],
    ['x <#if payload.ok>\n    a\n  </#if> y\nb\n', 'x \n    a\n   y\nb\n'],
    ['{\n<#if payload.ok>\n  "a": 1,\n</#if>\n  "b": 2\n}', '{\n  "a": 1,\n  "b": 2\n}'],
    ['  a  <#t>\n  b', 'a    b'],
  ],
  'text that only looks like a template': [['$ {x} # < @ <b> $x {} <# if>', '$ {x} # < @ <b> $x {} <# if>']],
};

for (const [subject, templates] of Object.entries(cases)) {
  test(`FreeMarker: ${subject}`, () => {
    assert.deepEqual(
      templates.map(([template]) => [template, filled(template)]),
      templates,
    );
  });
}
