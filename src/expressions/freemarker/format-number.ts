/**
 * Numbers by patterns such as 0.00, #,##0.### or 0%, in English.
 * Source: java.text.DecimalFormat; FreeMarker's setting number_format.
 */
import type { Decimal } from '../java/number.ts';

interface Pattern {
  readonly before: string;
  readonly after: string;
  readonly least: number;
  readonly leastDecimals: number;
  readonly mostDecimals: number;
  /** Digits between two commas; 0 for none. */
  readonly group: number;
  /** Powers of ten it is multiplied by: 2 for percent. */
  readonly shift: number;
  readonly halfUp: boolean;
}

/** Read once: almost every number is written by one of them. */
const named: Readonly<Record<string, Pattern>> = {
  number: read('#,##0.###'),
  computer: read('0.################'),
  c: read('0.################'),
  currency: read('¤#,##0.00'),
  percent: read('#,##0%'),
};

/** `pattern`: one of number, computer, currency, percent, or DecimalFormat's. Throws RangeError when it is none. */
export function formatPattern(number: Decimal, pattern: string): string {
  const p = named[pattern] ?? read(pattern);
  const rounded = round({ digits: number.digits * 10n ** BigInt(p.shift), scale: number.scale }, p);
  const isNegative = rounded.digits < 0n;
  const digits = String(isNegative ? -rounded.digits : rounded.digits).padStart(rounded.scale + 1, '0');
  const cut = digits.length - rounded.scale;
  const whole = digits.slice(0, cut).replace(/^0+/, '').padStart(p.least, '0');
  let decimals = digits.slice(cut);
  while (decimals.length > p.leastDecimals && decimals.endsWith('0')) decimals = decimals.slice(0, -1);
  decimals = decimals.padEnd(p.leastDecimals, '0');
  const isNothing = whole === '' && decimals === '';
  const grouped = p.group > 0 ? whole.replace(new RegExp(`\\B(?=(\\d{${p.group}})+$)`, 'g'), ',') : whole;
  return `${isNegative ? '-' : ''}${p.before}${isNothing ? '0' : grouped}${decimals === '' ? '' : `.${decimals}`}${p.after}`;
}

function read(pattern: string): Pattern {
  const [positive = '', ...options] = pattern.split(';');
  const parts = /^((?:'[^']*'|[^#0,.'])*)([#0,]*)(?:\.([#0]*))?((?:'[^']*'|[^#0,.'])*)$/.exec(positive);
  if (!parts || (parts[2] === '' && (parts[3] ?? '') === '') || /E0/.test(positive))
    throw new RangeError(`"${pattern}" is no pattern of a number`);
  const [, before = '', whole = '', decimals = '', after = ''] = parts;
  const literal = (text: string): string =>
    text.replace(/'([^']*)'/g, (_, inner: string) => (inner === '' ? "'" : inner)).replaceAll('¤', '$');
  const comma = whole.lastIndexOf(',');
  const signs = before + after;
  return {
    before: literal(before),
    after: literal(after),
    least: whole.replace(/[^0]/g, '').length,
    leastDecimals: decimals.replace(/[^0]/g, '').length,
    mostDecimals: decimals.length,
    group: comma < 0 ? 0 : whole.length - comma - 1,
    shift: signs.includes('%') ? 2 : signs.includes('‰') ? 3 : 0,
    halfUp: options.some((option) => /roundingMode\s*=\s*halfUp/.test(option)),
  };
}

/** To the nearest; of two the even one, unless the pattern says otherwise. */
function round({ digits, scale }: Decimal, { mostDecimals, halfUp }: Pattern): Decimal {
  if (scale <= mostDecimals) return { digits, scale };
  const unit = 10n ** BigInt(scale - mostDecimals);
  const isNegative = digits < 0n;
  const size = isNegative ? -digits : digits;
  const quotient = size / unit;
  const twice = (size % unit) * 2n;
  const up = twice > unit || (twice === unit && (halfUp || quotient % 2n === 1n));
  const rounded = up ? quotient + 1n : quotient;
  return { digits: isNegative ? -rounded : rounded, scale: mostDecimals };
}
