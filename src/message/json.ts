/**
 * JSON values. A number that JavaScript cannot hold exactly stays a JsonNumber with its text,
 * so that 12345678901234567890 and 1.10 leave as they came.
 */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  valueOf(): number {
    return Number(this.text);
  }
}

export type JsonValue = null | boolean | number | string | JsonNumber | JsonValue[] | { [key: string]: JsonValue };
