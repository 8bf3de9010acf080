import type { Message } from '../../message/message.ts';
import { formatPattern } from './format-number.ts';
import { FtlNumber, type Value } from './value.ts';

/** A <#list> that runs: what ?index, ?has_next and the like speak of. */
export interface Loop {
  readonly index: number;
  readonly hasNext: boolean;
}

/** Names that hold for a while: those of a <#list>, of a lambda. */
interface Frame {
  readonly values: ReadonlyMap<string, Value | undefined>;
  readonly loop: Loop | undefined;
}

/** What <@macro>...</@macro> stands around, for <#nested>. */
export type Nested = (values: readonly (Value | undefined)[]) => void;

/** One macro or function call: its own names, which the caller does not see. */
interface Call {
  readonly locals: Map<string, Value | undefined>;
  readonly frames: Frame[];
  readonly nested: Nested | undefined;
}

const mostCalls = 200;

/** The filling in of a template with one message. */
export class Run {
  readonly message: Message;
  numberFormat = 'number';
  booleanFormat = 'true,false';
  returned: Value | undefined;
  /** What the last <#attempt> failed of. */
  lastTrouble: string | undefined;
  readonly #model: (name: string) => Value | undefined;
  readonly #globals = new Map<string, Value | undefined>();
  readonly #variables = new Map<string, Value | undefined>();
  #calls: Call[] = [{ locals: new Map(), frames: [], nested: undefined }];
  #out: string[] = [];

  constructor(message: Message, model: (name: string) => Value | undefined) {
    this.message = message;
    this.#model = model;
  }

  write(text: string): void {
    this.#out.push(text);
  }

  /** What the work writes, kept back. */
  capture(work: () => void): string {
    const outer = this.#out;
    this.#out = [];
    try {
      work();
      return this.#out.join('');
    } finally {
      this.#out = outer;
    }
  }

  /** Loop variables, then names of the macro, then the template's, then what the message brings. */
  lookup(name: string): Value | undefined {
    const { locals, frames } = this.#call;
    const frame = frames.findLast(({ values }) => values.has(name));
    if (frame) return frame.values.get(name);
    return locals.get(name) ?? this.#variables.get(name) ?? this.#globals.get(name) ?? this.#model(name);
  }

  /** The loop of this variable, or the innermost one. */
  loop(name?: string): Loop | undefined {
    return this.#call.frames.findLast(({ values, loop }) => loop && (name === undefined || values.has(name)))?.loop;
  }

  assign(where: 'assign' | 'global' | 'local', name: string, value: Value | undefined): void {
    const into = { assign: this.#variables, global: this.#globals, local: this.#call.locals }[where];
    into.set(name, value);
  }

  get isInCall(): boolean {
    return this.#calls.length > 1;
  }

  /** With names that hold for this work only. */
  within<T>(values: Iterable<readonly [string, Value | undefined]>, loop: Loop | undefined, work: () => T): T {
    const { frames } = this.#call;
    frames.push({ values: new Map(values), loop });
    try {
      return work();
    } finally {
      frames.pop();
    }
  }

  /** A macro's or function's body. */
  called(work: () => void, nested?: Nested): void {
    if (this.#calls.length > mostCalls) throw new RangeError(`macros call each other ${mostCalls} deep`);
    this.#calls.push({ locals: new Map(), frames: [], nested });
    try {
      work();
    } finally {
      this.#calls.pop();
    }
  }

  /** What the caller put between the tags of the macro, with the caller's names. */
  nested(values: readonly (Value | undefined)[]): void {
    const { nested } = this.#call;
    if (!nested) return;
    const calls = this.#calls;
    this.#calls = calls.slice(0, -1);
    try {
      nested(values);
    } finally {
      this.#calls = calls;
    }
  }

  numberText({ decimal }: FtlNumber): string {
    return formatPattern(decimal, this.numberFormat);
  }

  get #call(): Call {
    return this.#calls.at(-1)!;
  }
}
