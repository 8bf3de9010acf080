/** What keeps a well-written template from being filled in with this message. */
export class TemplateTrouble extends Error {
  /** Offset in the template. */
  at: number | undefined;
  readonly hint: string | undefined;

  constructor(text: string, at?: number, hint?: string) {
    super(text);
    this.name = 'TemplateTrouble';
    this.at = at;
    this.hint = hint;
  }
}

/** A variable, or a part of one, that is not there: the operators ! and ?? ask for just this. */
export class MissingTrouble extends TemplateTrouble {
  constructor(written: string, at: number) {
    super(
      `${written} is missing or null`,
      at,
      `Write ${written}!"a default", or ask with ${written}?? whether it is there.`,
    );
  }
}

/** Line and column, both from 1. */
export function positionIn(source: string, at: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, at).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
