import { parse, TomlError } from 'smol-toml';
import type { Problem } from '../../errors.ts';

type Table = Readonly<Record<string, unknown>>;

/**
 * Reads deployment.toml and fills $env{X}, $sys{x}, $ref{a.b} and $secret{alias}.
 * A secret is the environment variable of that name, or the alias in [secrets] (in plain text or in [brackets]).
 * Source: WSO2 configuration mapper.
 */
export function readDeployment(
  file: string,
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly deployment: Table; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  let raw: Table;
  try {
    raw = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    const at = { file, line: error.line, column: error.column };
    problems.push({
      code: 'BAD_TOML',
      level: 'error',
      at,
      text: `deployment.toml is not TOML: ${reason}.`,
      hint: 'Correct the line shown.',
    });
    return { deployment: {}, problems };
  }
  const lines = text.split(/\r?\n/);

  function fill(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return fillText(value, depth);
    if (Array.isArray(value)) return value.map((v) => fill(v, depth));
    if (value === null || typeof value !== 'object' || value instanceof Date) return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fill(v, depth)]));
  }

  function fillText(written: string, depth: number): string {
    return written.replace(/\$(env|sys|ref|secret)\{([^}]*)\}/g, (whole, kind: string, name: string) => {
      const value = kind === 'ref' ? reference(name, depth) : kind === 'secret' ? secret(name) : env[name];
      if (value !== undefined) return value;
      const line = lines.findIndex((l) => l.includes(whole));
      const at = { file, line: line + 1, column: line < 0 ? 1 : lines[line]!.indexOf(whole) + 1 };
      const hint = kind === 'ref' ? 'It must name a value of this file.' : `Set the environment variable ${name}.`;
      problems.push({ code: 'UNSET_PLACEHOLDER', level: 'warning', at, text: `${whole} has no value.`, hint });
      return whole;
    });
  }

  function reference(path: string, depth: number): string | undefined {
    // A value that refers to itself, however far around, never ends.
    if (depth > 10) return undefined;
    const found = lookUp(raw, path);
    if (typeof found === 'string') return fillText(found, depth + 1);
    return typeof found === 'number' || typeof found === 'boolean' ? String(found) : undefined;
  }

  function secret(alias: string): string | undefined {
    const written = lookUp(raw, `secrets.${alias}`);
    return env[alias] ?? (typeof written === 'string' ? written.replace(/^\[(.*)\]$/, '$1') : undefined);
  }

  return { deployment: fill(raw, 0) as Table, problems };
}

/** A value by its dotted path; keys may hold dots themselves: mediation."synapse.core_threads". */
function lookUp(table: unknown, path: string): unknown {
  if (table === null || typeof table !== 'object') return undefined;
  const object = table as Table;
  if (Object.hasOwn(object, path)) return object[path];
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const key = path.slice(0, dot);
    if (Object.hasOwn(object, key)) {
      const found = lookUp(object[key], path.slice(dot + 1));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
