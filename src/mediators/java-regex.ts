import { javaRegex as toJavaScript } from '../expressions/java/regex.ts';

/** A Java regular expression as mediators use it. */
export interface JavaRegex {
  /** As the user wrote it. */
  readonly source: string;
  /** Matches when the whole text does: Java's matches(). */
  readonly whole: RegExp;
}

/** Throws SyntaxError when it is no regular expression. */
export function javaRegex(source: string): JavaRegex {
  const { source: body, flags } = toJavaScript(source);
  // With flag m, ^ and $ would match at every line.
  return { source, whole: new RegExp(`^(?:${body})$`, flags.replace('m', '')) };
}
