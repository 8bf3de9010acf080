import { doubleText } from '../expressions/java/number.ts';

/**
 * Numbers as Java prints and reads them: a DOUBLE property of 5 reads back as "5.0", one of 8888888888.88889 as
 * "8.88888888888889E9". Source: Double.toString, Float.toString, Integer.parseInt, Double.parseDouble.
 */
export type JavaType = 'SHORT' | 'INTEGER' | 'LONG' | 'FLOAT' | 'DOUBLE';

const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  SHORT: [-(2n ** 15n), 2n ** 15n - 1n],
  INTEGER: [-(2n ** 31n), 2n ** 31n - 1n],
  LONG: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** The number a text stands for, or undefined when Java would refuse it. Longs beyond 2^53 come back as bigint. */
export function readJavaNumber(text: string, type: JavaType): number | bigint | undefined {
  const range = ranges[type];
  if (range) {
    if (!/^[+-]?\d+$/.test(text)) return undefined;
    const value = BigInt(text.replace(/^\+/, ''));
    if (value < range[0] || value > range[1]) return undefined;
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : value;
  }
  const trimmed = text.trim();
  if (/^[+-]?(NaN|Infinity)$/.test(trimmed)) return Number(trimmed.replace(/^[+](?=I)|^[+-](?=N)/, ''));
  const written = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?$/.exec(trimmed);
  if (!written) return undefined;
  const value = Number(written[1]);
  return type === 'FLOAT' ? Math.fround(value) : value;
}

/** The text Java prints for a float or a double. */
export function javaText(value: number, type: 'FLOAT' | 'DOUBLE'): string {
  return doubleText(type === 'FLOAT' && Number.isFinite(value) ? shortestFloat(value) : value);
}

/** The double with the fewest digits that is this float: 0.1, not 0.10000000149011612. */
function shortestFloat(value: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Object.is(Math.fround(candidate), value)) return candidate;
  }
  return value;
}
