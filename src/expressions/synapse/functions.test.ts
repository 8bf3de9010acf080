import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ask, error, holds, type Claim } from './fixtures.ts';

const claims: readonly Claim[] = [
  [
    'string functions',
    [
      ['length(vars.text)', '5'],
      ['length(payload.list)', '3'],
      ['length(5)', error],
      ['toUpper(payload.item.name) + toLower("X")', 'LAMPx'],
      ['toUpper(payload.item.count)', '3'],
      ['toUpper(3)', error],
      ['subString("abcdef", 2)', 'cdef'],
      ['subString("abcdef", 1, 3)', 'bc'],
      ['subString("abc", 2, 9)', error],
      ['startsWith(vars.text, "he")', 'true'],
      ['endsWith(vars.text, "lo")', 'true'],
      ['contains(vars.text, "ell")', 'true'],
      ['contains(5, "5")', error],
      ['trim("  a b ")', 'a b'],
      ['replace("a.b.c", ".", "$&")', 'a$&b$&c'],
      ['split("a1b22c", "[0-9]+")', '["a","b","c"]'],
      ['split("a,b,,", ",")', '["a","b"]'],
      ['split("abc", "")[1]', 'b'],
      ['indexOf("banana", "an")', '1'],
      ['indexOf("banana", "an", 2)', '3'],
      ['indexOf("banana", "x")', '-1'],
      ['charAt("abc", 1)', 'b'],
      ['charAt("abc", 3)', error],
      ['"a\\"b\\u0041\\n" + \'it\\\'s\'', 'a"bA\nit\'s'],
    ],
  ],
  [
    'math functions',
    [
      ['abs(-3)', '3'],
      ['abs(-3.5)', '3.5'],
      ['ceil(2.1)', '3.0'],
      ['floor(-2.1)', '-3.0'],
      ['floor(7)', '7'],
      ['round(2.5)', '3'],
      ['round(-2.5)', '-2'],
      ['round(2.345, 2)', '2.35'],
      ['round(7, 2)', '7'],
      ['round(2.5, 0)', error],
      ['round(30000000000.5)', '2147483647'],
      ['sqrt(16)', '4.0'],
      ['pow(2, 10)', '1024.0'],
      ['log(1000)', '3.0'],
      ['log(8, 2)', '3.0'],
      ['sqrt("16")', error],
    ],
  ],
  [
    'types are asked for and changed',
    [
      ['isString(vars.text)', 'true'],
      ['isNumber(payload.item.price)', 'true'],
      ['isNumber("5")', 'false'],
      ['isArray(payload.list)', 'true'],
      ['isArray("[1]")', 'true'],
      ['isObject(vars.jsonText)', 'true'],
      ['isObject(payload.list)', 'false'],
      ['isString(null)', error],
      ['integer("42") + 1', '43'],
      ['integer("4.2")', error],
      ['float("4") + 1', '5.0'],
      ['float("x")', error],
      ['boolean("TRUE")', 'true'],
      ['boolean(1)', 'false'],
      ['string(payload.list)', '[5,3,8]'],
      ['string(5) + "!"', '5!'],
      ['object(vars.jsonText).a[1].b', 'deep'],
      ['array("[1,2]")[0]', '1'],
      ['object("no")', error],
      ['[1, "a", 2.50, payload.list]', '[1,"a",2.50,[5,3,8]]'],
    ],
  ],
  [
    'codecs, dates, registry and secrets',
    [
      ['base64encode("hé")', 'aMOp'],
      ['base64encode("hé", "ISO-8859-1")', 'aOk='],
      ['base64encode("a", "nonsense")', error],
      ['base64decode("aMOp")', 'hé'],
      ['base64decode("%%")', error],
      ['urlEncode("a b*&")', 'a%20b%2A%26'],
      ['urlDecode("a%20b+c")', 'a b c'],
      ['urlDecode("%")', error],
      ['now()', '1700000000000'],
      ['formatDateTime("2024-03-05", "yyyy-MM-dd", "d MMMM yy")', '5 March 24'],
      ['formatDateTime("2024-03-05 16:07:08", "yyyy-MM-dd HH:mm:ss", "h:mm a")', '4:07 PM'],
      ['formatDateTime("16:07", "HH:mm", "HHmmss")', '160700'],
      ['formatDateTime("16:07", "HH:mm", "yyyy")', error],
      ['formatDateTime("x", "yyyy", "yyyy")', error],
      ['registry("gov:/rates.json").eur.usd', '1.08'],
      ['registry("gov:/rates.json").property("owner")', 'desk 4'],
      ['registry("gov:/none")', error],
      ['wso2-vault("db")', 's3cret'],
      ['wso2-vault("none")', error],
    ],
  ],
];

suite('functions of ${...}', () => {
  holds(claims);

  test('now() is formatted in the time zone of the process', () => {
    const year = new Date(1_700_000_000_000).getFullYear();
    assert.equal(ask('formatDateTime(now(), "yyyy")'), String(year));
  });
});
