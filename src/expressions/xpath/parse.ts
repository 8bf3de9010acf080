import { nameEnd } from '../../message/xml/names.ts';
import { parsePath as parseJsonPath } from '../jsonpath/parse.ts';
import { Reader } from '../reader.ts';
import { didYouMean, SyntaxTrouble } from '../syntax.ts';
import type { Ast, Operator, PathStart, Step, Test } from './ast.ts';
import { axes, type Axis } from './axes.ts';

const levels: readonly (readonly Operator[])[] = [
  ['or'],
  ['and'],
  ['!=', '='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', 'div', 'mod'],
];
const nodeTypes: ReadonlySet<string> = new Set(['node', 'text', 'comment', 'processing-instruction']);
const anyNode: Test = { kind: 'node' };

/** XPath 1.0, section 3. Throws SyntaxTrouble. */
export function parseXPath(source: string): Ast {
  const parser = new Parser(source);
  const ast = parser.expression();
  parser.end();
  return ast;
}

class Parser {
  readonly #reader: Reader;
  #operators = 0;

  constructor(source: string) {
    this.#reader = new Reader(source);
  }

  end(): void {
    const r = this.#reader;
    r.skipSpace();
    if (r.done) return;
    const hint = r.peek() === '(' ? 'Functions are called name(...); is there an operator missing?' : undefined;
    r.fail(`unexpected ${r.found()}`, r.sees('==') || r.peek() === '=' ? 'XPath compares with a single =.' : hint);
  }

  expression(): Ast {
    return this.#reader.nested(() => this.#binary(0));
  }

  #binary(level: number): Ast {
    const operators = levels[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = operators.find((o) => this.#operator(o));
      if (!operator) return left;
      this.#count();
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1) };
    }
  }

  /** Keeps chains of operators short enough to be walked by recursion. */
  #count(): true {
    if (++this.#operators > 1000) this.#reader.fail('the expression has too many operators', 'At most 1000.');
    return true;
  }

  /** Words are operators only as whole names: "div" in "divide" is not. A name before them was taken already. */
  #operator(operator: Operator): boolean {
    const r = this.#reader;
    if (!r.sees(operator)) return false;
    if (/[a-z]/.test(operator) && nameEnd(r.source, r.at) !== r.at + operator.length) return false;
    r.at += operator.length;
    return true;
  }

  #unary(): Ast {
    if (!this.#reader.take('-')) return this.#union();
    return { kind: 'negate', of: this.#reader.nested(() => this.#unary()) };
  }

  #union(): Ast {
    let left = this.#path();
    while (this.#reader.take('|') && this.#count()) left = { kind: 'binary', operator: '|', left, right: this.#path() };
    return left;
  }

  #path(): Ast {
    const r = this.#reader;
    r.skipSpace();
    if (r.done) r.fail('the expression ends too early', 'A value or a path belongs here.');
    if (r.take('//')) return this.#steps('root', [anyDepth]);
    if (r.take('/')) return this.#startsStep() ? this.#steps('root', []) : { kind: 'path', from: 'root', steps: [] };
    const primary = this.#primary();
    if (!primary) return this.#steps('context', []);
    const predicates = this.#predicates();
    const from: PathStart = { filter: primary, predicates };
    if (r.take('//')) return this.#steps(from, [anyDepth]);
    if (r.take('/')) return this.#steps(from, []);
    return predicates.length > 0 ? { kind: 'path', from, steps: [] } : primary;
  }

  #startsStep(): boolean {
    const r = this.#reader;
    r.skipSpace();
    return '.@*'.includes(r.peek() || ' ') || nameEnd(r.source, r.at) > r.at;
  }

  #steps(from: PathStart, before: readonly Step[]): Ast {
    const steps = [...before, this.#step()];
    for (;;) {
      if (this.#reader.take('//')) steps.push(anyDepth, this.#step());
      else if (this.#reader.take('/')) steps.push(this.#step());
      else return { kind: 'path', from, steps };
    }
  }

  #step(): Step {
    const r = this.#reader;
    if (r.take('..')) return { axis: 'parent', test: anyNode, predicates: this.#predicates() };
    if (r.take('.')) return { axis: 'self', test: anyNode, predicates: this.#predicates() };
    let axis: Axis = 'child';
    if (r.take('@')) {
      axis = 'attribute';
    } else {
      const start = r.at;
      const word = this.#ncName();
      if (word !== '' && r.take('::')) {
        if (!Object.hasOwn(axes, word))
          r.fail(`there is no axis "${word}"`, didYouMean(word, Object.keys(axes)), start);
        axis = word as Axis;
      } else {
        r.at = start;
      }
    }
    const test = this.#test();
    return { axis, test, predicates: this.#predicates() };
  }

  #test(): Test {
    const r = this.#reader;
    if (r.take('*')) {
      if (r.peek() !== ':') return { kind: 'name', prefix: undefined, name: undefined };
      r.at++;
      return { kind: 'name', prefix: '*', name: this.#ncName() };
    }
    const name = this.#ncName();
    if (name === '') r.fail(`expected a name, found ${r.found()}`);
    if (r.peek() === ':' && r.peek(1) !== ':') {
      r.at++;
      if (r.take('*')) return { kind: 'name', prefix: name, name: undefined };
      const local = this.#ncName();
      if (local === '') r.fail(`expected a name after "${name}:", found ${r.found()}`);
      return { kind: 'name', prefix: name, name: local };
    }
    if (!nodeTypes.has(name) || !r.take('(')) return { kind: 'name', prefix: undefined, name };
    const target = name === 'processing-instruction' ? this.#literal() : undefined;
    r.expect(')', `${name}(`);
    if (name === 'processing-instruction') return { kind: 'instruction', target };
    return { kind: name as 'node' | 'text' | 'comment' };
  }

  #predicates(): Ast[] {
    const predicates: Ast[] = [];
    while (this.#reader.take('[')) {
      predicates.push(this.expression());
      this.#reader.expect(']', 'the predicate');
    }
    return predicates;
  }

  /** A literal, number, variable, function call or parenthesis; undefined when a location path begins here. */
  #primary(): Ast | undefined {
    const r = this.#reader;
    if (r.take('(')) {
      const inner = this.expression();
      r.expect(')', 'the part in parentheses');
      return inner;
    }
    if (r.take('$')) return this.#variable();
    const text = this.#literal();
    if (text !== undefined) return { kind: 'string', value: text };
    const number = /^(?:\d+(?:\.\d*)?|\.\d+)/.exec(r.source.slice(r.at, r.at + 400));
    if (number) {
      r.at += number[0].length;
      return { kind: 'number', value: Number(number[0]) };
    }
    return this.#call();
  }

  #variable(): Ast {
    const [prefix, name] = this.#qName();
    if (name === '') this.#reader.fail(`expected a variable's name after $, found ${this.#reader.found()}`);
    return { kind: 'variable', prefix, name };
  }

  #call(): Ast | undefined {
    const r = this.#reader;
    const start = r.at;
    const [prefix, name] = this.#qName();
    if (name === '' || (prefix === '' && nodeTypes.has(name)) || !r.take('(')) {
      r.at = start;
      return undefined;
    }
    if (name === 'json-eval') return this.#json();
    const args: Ast[] = [];
    while (!r.take(')')) {
      if (args.length > 0) r.expect(',', 'an argument');
      else if (r.done) r.expect(')', `${name}(`);
      args.push(this.expression());
    }
    return { kind: 'call', prefix, name, args };
  }

  /** The path runs to the parenthesis that closes json-eval. */
  #json(): Ast {
    const r = this.#reader;
    const start = r.at;
    for (let depth = 0; !r.done; r.at++) {
      const c = r.peek();
      if (c === '"' || c === "'") {
        r.string();
        r.at--;
      } else if (c === '(') depth++;
      else if (c === ')' && depth-- === 0) {
        const path = r.source.slice(start, r.at++);
        return { kind: 'json', steps: shifted(path, start) };
      }
    }
    return r.fail('expected ")" at the end of json-eval(');
  }

  /** "..." or '...'; XPath knows no escapes in them. */
  #literal(): string | undefined {
    const r = this.#reader;
    r.skipSpace();
    const quote = r.peek();
    if (quote !== '"' && quote !== "'") return undefined;
    const end = r.source.indexOf(quote, r.at + 1);
    if (end < 0) r.fail('the string is not closed', `Add ${quote} at its end.`);
    const text = r.source.slice(r.at + 1, end);
    r.at = end + 1;
    return text;
  }

  #qName(): [prefix: string, name: string] {
    const r = this.#reader;
    const first = this.#ncName();
    if (first === '' || r.peek() !== ':' || r.peek(1) === ':') return ['', first];
    r.at++;
    const second = this.#ncName();
    if (second !== '') return [first, second];
    r.at--;
    return ['', first];
  }

  #ncName(): string {
    const r = this.#reader;
    r.skipSpace();
    const end = nameEnd(r.source, r.at);
    if (end === r.at) return '';
    const name = r.source.slice(r.at, end).split(':')[0]!;
    r.at += name.length;
    return name;
  }
}

const anyDepth: Step = { axis: 'descendant-or-self', test: anyNode, predicates: [] };

function shifted(path: string, offset: number): ReturnType<typeof parseJsonPath> {
  try {
    return parseJsonPath(path);
  } catch (error) {
    if (!(error instanceof SyntaxTrouble)) throw error;
    throw new SyntaxTrouble(error.problem.text, error.problem.offset + offset, error.problem.hint);
  }
}
