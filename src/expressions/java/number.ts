/**
 * Numbers as Java prints them, and decimal arithmetic as BigDecimal does it, because results are compared and shown as text:
 * 5.0 stays "5.0", 10 million is "1.0E7", 8.89 + 0.12 is exactly 9.01.
 * Source: java.lang.Double.toString, java.math.BigDecimal.
 */

/** Double.toString: always a decimal point, E notation below 10^-3 and from 10^7 on. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const plain = String(value);
    return plain.includes('.') ? plain : `${plain}.0`;
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** Digits and where the decimal point stands: 12.30 is { digits: 1230n, scale: 2 }. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

// 400 covers every double; beyond that a few characters of input would ask for gigabytes of digits.
const largestExponent = 400;

/** Undefined when the text is no number, or one whose exponent no double has. */
export function readDecimal(text: string): Decimal | undefined {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/.exec(text);
  if (!parts) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  if (whole === '' && fraction === '') return undefined;
  if (Math.abs(Number(exponent)) > largestExponent) return undefined;
  const digits = BigInt(whole + fraction);
  return shift({ digits: sign === '-' ? -digits : digits, scale: fraction.length - Number(exponent) });
}

/** No negative scales: 1E3 is 1000. */
function shift(d: Decimal): Decimal {
  return d.scale >= 0 ? d : { digits: d.digits * 10n ** BigInt(-d.scale), scale: 0 };
}

export function decimalNumber(d: Decimal): number {
  return Number(`${d.digits}e${-d.scale}`);
}

/** Both with the larger scale. */
function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [a.digits * 10n ** BigInt(scale - a.scale), b.digits * 10n ** BigInt(scale - b.scale), scale];
}

export function add(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b);
  return { digits: x + y, scale };
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b);
  return { digits: x - y, scale };
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

/** Keeps the scale of the dividend, half up, as BigDecimal.divide(divisor, rounding) does. The divisor is not 0. */
export function divide(a: Decimal, b: Decimal): Decimal {
  const [top, bottom] = [a.digits * 10n ** BigInt(b.scale), b.digits];
  return { digits: halfUp(top, bottom), scale: a.scale };
}

/** Has the sign of the dividend. The divisor is not 0. */
export function remainder(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b);
  return { digits: x % y, scale };
}

/** Half up (away from zero) to so many decimals; fewer stay as they are. */
export function roundTo(d: Decimal, decimals: number): Decimal {
  if (decimals >= d.scale) return d;
  return { digits: halfUp(d.digits, 10n ** BigInt(d.scale - decimals)), scale: decimals };
}

function halfUp(top: bigint, bottom: bigint): bigint {
  const quotient = top / bottom;
  const rest = top % bottom;
  const size = (n: bigint): bigint => (n < 0n ? -n : n);
  if (size(rest) * 2n < size(bottom)) return quotient;
  return top < 0n === bottom < 0n ? quotient + 1n : quotient - 1n;
}
