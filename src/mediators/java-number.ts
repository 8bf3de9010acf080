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
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const { sign, digits, exponent } = shortest(value, type);
  if (exponent >= -3 && exponent < 7) {
    const whole = exponent < 0 ? '0' : digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
    const part = exponent < 0 ? '0'.repeat(-exponent - 1) + digits : digits.slice(exponent + 1);
    return `${sign}${whole}.${part === '' ? '0' : part}`;
  }
  return `${sign}${digits[0]}.${digits.slice(1) === '' ? '0' : digits.slice(1)}E${exponent}`;
}

/** The fewest digits that read back as the same value. */
function shortest(value: number, type: 'FLOAT' | 'DOUBLE'): { sign: string; digits: string; exponent: number } {
  let text = Math.abs(value).toExponential();
  if (type === 'FLOAT') {
    for (let digits = 0; digits < 9; digits++) {
      const candidate = Math.abs(value).toExponential(digits);
      if (Math.fround(Number(candidate)) === Math.abs(value)) {
        text = candidate;
        break;
      }
    }
  }
  const [mantissa = '', exponent = ''] = text.split('e');
  const digits = mantissa.replace('.', '').replace(/0+$/, '') || '0';
  return { sign: value < 0 ? '-' : '', digits, exponent: Number(exponent) };
}
