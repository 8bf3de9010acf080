/** An image cannot be made or sent: for whoever called the command, never a defect. */
export class ImageError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(code: string, text: string, hint: string, cause?: unknown) {
    super(text, { cause });
    this.name = 'ImageError';
    this.code = code;
    this.hint = hint;
  }
}
