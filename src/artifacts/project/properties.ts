/** One entry of a properties file, with its line from 1. */
export interface Property {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/**
 * Reads name=value and name:value lines, with # and ! comments. Line continuation and escapes are not used in the files
 * MI reads, and are not undone. Source: java.util.Properties, as far as MI's own files go.
 */
export function parseProperties(text: string): readonly Property[] {
  return text.split(/\r?\n/).flatMap((raw, i) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith('!')) return [];
    const at = line.search(/[=:]/);
    if (at < 0) return [{ name: line, value: '', line: i + 1 }];
    return [{ name: line.slice(0, at).trim(), value: line.slice(at + 1).trim(), line: i + 1 }];
  });
}

/** Reads NAME=value lines of an environment file; quotes around a value and a leading "export" are taken off. */
export function parseEnvironmentFile(text: string): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const raw of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*?)\s*$/.exec(raw);
    if (!match) continue;
    const value = match[2]!;
    const quoted = /^(["'])([^]*)\1$/.exec(value);
    out[match[1]!] = quoted ? quoted[2]! : value;
  }
  return out;
}
