import type { Plan } from '../plan.ts';

/** The same data as the JSON form, as YAML 1.2 that YAML 1.1 readers take the same way. */
export function planYaml(plan: Plan): string {
  return writeYaml(JSON.parse(JSON.stringify(plan)) as Plain);
}

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** Block style for what has parts, one line for what has none. Takes what JSON can hold. */
export function writeYaml(value: Plain): string {
  return isCollection(value) ? lines(value, '').join('\n') + '\n' : `${scalar(value)}\n`;
}

function lines(value: Collection, indent: string): string[] {
  if (Array.isArray(value)) {
    return (value as readonly Plain[]).flatMap((item) => {
      if (!isCollection(item)) return [`${indent}- ${scalar(item)}`];
      const [first, ...rest] = lines(item, `${indent}  `);
      return [`${indent}- ${first!.slice(indent.length + 2)}`, ...rest];
    });
  }
  return Object.entries(value).flatMap(([key, item]) =>
    isCollection(item)
      ? [`${indent}${text(key)}:`, ...lines(item, `${indent}  `)]
      : [`${indent}${text(key)}: ${scalar(item)}`],
  );
}

type Collection = readonly Plain[] | { readonly [key: string]: Plain };

/** Has parts; an empty list or map is written as a scalar: [] or {}. */
function isCollection(value: Plain): value is Collection {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

export function scalar(value: Plain): string {
  if (typeof value === 'string') return text(value);
  return JSON.stringify(value);
}

/** Words that some YAML reader takes for something else than text. */
const taken = /^(true|false|null|yes|no|on|off|y|n|nan|inf|infinity)$/i;
const plain = /^[A-Za-z][A-Za-z0-9_./()+-]*( [A-Za-z0-9_./()+][A-Za-z0-9_./()+-]*)*$/;

/** Plain where nobody can misread it, else double-quoted: JSON's escapes are YAML's. */
export function text(value: string): string {
  if (plain.test(value) && !taken.test(value)) return value;
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
