import { parseFilter } from '../jsonpath/parse-filter.ts';
import { failed } from '../failure.ts';
import { parseOperand, parseSteps, type Dialect } from '../jsonpath/parse.ts';
import type { Operand, Step } from '../jsonpath/path.ts';
import type { Reader } from '../reader.ts';
import { didYouMean, SyntaxTrouble } from '../syntax.ts';
import {
  computedList,
  computedSlice,
  computedStep,
  messageOf,
  namedAccess,
  pathInto,
  payloadAccess,
  variableAccess,
  type Run,
} from './access.ts';
import { compileCall, type Call } from './call.ts';
import { functionNames } from './functions.ts';
import { negated, not, operators } from './operators.ts';
import { Numeric, readNumber, text, toJson, typeName, type Result } from './value.ts';
import type { Namespaces } from '../expression.ts';

/** A compiled part; `constant` when it is the same for every message. */
export interface Part {
  readonly run: Run;
  readonly constant?: Result;
}

const comparisons = ['==', '!=', '>=', '<=', '>', '<'];
const roots = 'payload vars headers params props configs'.split(' ');
const variableWords: ReadonlySet<string> = new Set(['vars', 'var', 'variables']);
const propertyWords: ReadonlySet<string> = new Set(['props', 'properties', 'property']);
const configWords: ReadonlySet<string> = new Set(['configs', 'config']);
const parameterScopes = ['queryParams', 'pathParams', 'functionParams', 'uriParams'];

/**
 * expression = comparison ("?" expression ":" expression)?
 * comparison = logical (("==" | "!=" | ">" | "<" | ">=" | "<=") logical)*            left to right
 * logical    = arithmetic (("and" | "&&" | "or" | "||") logical)?                    right to left, one level
 * arithmetic = term (("+" | "-") term)*      term = factor (("*" | "/" | "%") factor)*
 *
 * Comparison binds LOOSER than and/or, as in the vendor's grammar: a > 1 and b > 2 is (a > (1 and b)) > 2.
 * Flows rely on what it does, so it is kept; parentheses say what is meant.
 */
export class Parser implements Dialect {
  readonly nameCharacters: RegExp = /[\p{L}\p{N}_-]/u;
  readonly #reader: Reader;
  readonly #namespaces: Namespaces;
  #operators = 0;
  needsBody = false;

  constructor(reader: Reader, namespaces: Namespaces) {
    this.#reader = reader;
    this.#namespaces = namespaces;
  }

  expression(): Part {
    const r = this.#reader;
    return r.nested(() => {
      const condition = this.#comparison();
      if (!r.take('?')) return condition;
      const yes = this.expression();
      r.expect(':', 'the first branch of ? :');
      const no = this.expression();
      return {
        run: (message) => {
          const value = condition.run(message);
          if (typeof value !== 'boolean') throw failed(`the condition of ? : is ${typeName(value)}, not boolean`);
          return value ? yes.run(message) : no.run(message);
        },
      };
    });
  }

  #comparison(): Part {
    let left = this.#logical();
    for (;;) {
      const operator = comparisons.find((o) => this.#reader.take(o));
      if (operator === undefined) {
        if (this.#reader.sees('=')) this.#reader.fail('a single = compares nothing', 'Write == to compare.');
        return left;
      }
      left = this.#binary(operator, left, this.#logical());
    }
  }

  #logical(): Part {
    const r = this.#reader;
    const left = this.#arithmetic();
    if (r.take('&&') || r.takeWord('and'))
      return this.#binary(
        'and',
        left,
        r.nested(() => this.#logical()),
      );
    if (r.take('||') || r.takeWord('or'))
      return this.#binary(
        'or',
        left,
        r.nested(() => this.#logical()),
      );
    return left;
  }

  #arithmetic(): Part {
    let left = this.#term();
    for (;;) {
      const operator = ['+', '-'].find((o) => this.#reader.take(o));
      if (operator === undefined) return left;
      left = this.#binary(operator, left, this.#term());
    }
  }

  #term(): Part {
    let left = this.#factor();
    for (;;) {
      const operator = ['*', '/', '%'].find((o) => this.#reader.take(o));
      if (operator === undefined) return left;
      left = this.#binary(operator, left, this.#factor());
    }
  }

  #binary(operator: string, left: Part, right: Part): Part {
    if (++this.#operators > 1000) this.#reader.fail('the expression has too many operators', 'At most 1000.');
    const compute = operators[operator]!;
    return { run: (message) => compute(left.run(message), right.run(message)) };
  }

  #factor(): Part {
    const r = this.#reader;
    if (r.take('(')) {
      const inner = this.expression();
      r.expect(')', 'the part in parentheses');
      return inner;
    }
    if (r.sees('[')) return this.#array();
    if (!r.sees('!=') && r.take('!')) return this.#unary(not);
    const literal = this.#literal();
    if (literal !== undefined) return { run: () => literal, constant: literal };
    if (r.take('-')) return this.#unary(negated);
    return this.#access() ?? this.#unknown();
  }

  #unary(compute: (value: Result) => Result): Part {
    const of = this.#reader.nested(() => this.#factor());
    return { run: (message) => compute(of.run(message)) };
  }

  #literal(): Result | undefined {
    const r = this.#reader;
    const string = r.string();
    if (string !== undefined) return string;
    const number = r.numberText();
    if (number !== undefined) return readNumber(number) ?? null;
    if (r.takeWord('true')) return true;
    if (r.takeWord('false')) return false;
    return r.takeWord('null') ? null : undefined;
  }

  #array(): Part {
    const r = this.#reader;
    r.expect('[', 'an operator');
    const items: Part[] = [];
    while (!r.take(']')) {
      if (items.length > 0) r.expect(',', 'an item of the array');
      items.push(this.expression());
    }
    return { run: (message) => items.map((item) => toJson(item.run(message))) };
  }

  /** Something asked of the message, or a function call; undefined when no known name stands here. */
  #access(): Part | undefined {
    const r = this.#reader;
    r.skipSpace();
    const start = r.at;
    if (r.take('$')) return this.#payload(start);
    const word =
      /^(?:wso2-vault|hashicorp-vault|[A-Za-z_]\w*)(?!\w)/.exec(r.source.slice(start, start + 100))?.[0] ?? '';
    r.at += word.length;
    if (word === 'payload') return this.#payload(start);
    if (variableWords.has(word)) return this.#variable(start, word);
    if (word === 'headers') return { run: namedAccess(word, '', this.#propertyName(word)) };
    if (configWords.has(word)) return { run: namedAccess('configs', '', this.#propertyName(word)) };
    if (propertyWords.has(word)) return this.#scoped(word, ['synapse', 'axis2']);
    if (word === 'params') return this.#scoped(word, parameterScopes);
    if (functionNames.includes(word) && r.sees('(')) return this.#call(start, word);
    r.at = start;
    return undefined;
  }

  #unknown(): never {
    const r = this.#reader;
    if (r.done) r.fail('the expression ends too early', 'A value belongs here.');
    const word = /^[A-Za-z_][\w-]*/.exec(r.source.slice(r.at, r.at + 60))?.[0];
    if (word === undefined) return r.fail(`expected a value, found ${r.found()}`);
    const called = r.source[r.at + word.length] === '(';
    const known = called ? functionNames : [...roots, ...functionNames];
    const hint =
      didYouMean(word, known) ??
      (called ? undefined : `A text is written in quotes; values begin with ${roots.join(', ')} or $.`);
    return r.fail(called ? `there is no function ${word}()` : `"${word}" is not known here`, hint);
  }

  #payload(start: number): Part {
    this.needsBody = true;
    const steps = parseSteps(this.#reader, this);
    return { run: payloadAccess(steps, this.#written(start)) };
  }

  #variable(start: number, word: string): Part {
    const name = this.#propertyName(word);
    const steps = parseSteps(this.#reader, this);
    return { run: variableAccess(name, steps, this.#written(start)) };
  }

  #scoped(root: string, scopes: readonly string[]): Part {
    const r = this.#reader;
    r.expect('.', root);
    const at = r.at;
    const scope = r.name();
    if (!scopes.includes(scope)) {
      r.fail(
        `${root}.${scope} is not known`,
        didYouMean(scope, scopes) ?? `Write ${root}.${scopes.join(` or ${root}.`)}.`,
        at,
      );
    }
    return { run: namedAccess(root === 'params' ? root : 'props', scope, this.#propertyName(`${root}.${scope}`)) };
  }

  /** .name, ."name", ["name"] or .["name"] */
  #propertyName(after: string): string {
    const r = this.#reader;
    const dotted = r.take('.');
    if (r.take('[')) {
      const name = r.string() ?? r.fail(`expected a quoted name, found ${r.found()}`, `Write ${after}["name"].`);
      r.expect(']', 'the name');
      return name;
    }
    if (!dotted) r.fail(`expected a name after ${after}`, `Write ${after}.name or ${after}["name"].`);
    const name = r.string() ?? r.name();
    if (name === '')
      r.fail(
        `expected a name after ${after}., found ${r.found()}`,
        `Write ${after}["name"] for names with other characters.`,
      );
    return name;
  }

  #call(start: number, name: string): Part {
    const r = this.#reader;
    r.expect('(', name);
    const args: Part[] = [];
    while (!r.take(')')) {
      if (args.length > 0) r.expect(',', `an argument of ${name}()`);
      else if (r.done) r.expect(')', `${name}(`);
      args.push(this.expression());
    }
    if (name === 'registry' && /^\s*\.\s*property\s*\(/.test(r.source.slice(r.at, r.at + 60))) {
      r.take('.');
      r.takeWord('property');
      r.expect('(', 'property');
      args.push(this.expression());
      r.expect(')', 'the name of the property');
    }
    const call = this.#compiled(start, name, args);
    this.needsBody ||= call.needsBody;
    const steps = parseSteps(r, this);
    if (steps.length === 0) return { run: call.run };
    const written = this.#written(start);
    return { run: (message) => pathInto(steps, call.run(message), message, written) };
  }

  /** An XPath written as a text has positions of its own; the problem is shown at the call. */
  #compiled(start: number, name: string, args: readonly Part[]): Call {
    try {
      return compileCall(name, args, this.#namespaces);
    } catch (error) {
      if (!(error instanceof SyntaxTrouble)) throw error;
      return this.#reader.fail(
        `"${text(args[0]?.constant ?? null)}" is no XPath: ${error.message}`,
        error.problem.hint,
        start,
      );
    }
  }

  #written(start: number): string {
    return this.#reader.source.slice(start, this.#reader.at).trim();
  }

  /** In filters and brackets: what this language knows and JSONPath does not. $ is the payload here. */
  operand(): Operand | undefined {
    const part = this.#access();
    if (!part) return undefined;
    return (_, scope) => toJson(part.run(messageOf(scope)));
  }

  /** ["name"], [1], [1, 2], [from:to:by], [(@...)], each with any expression in it. */
  bracket(): Step {
    const r = this.#reader;
    if (/^\s*\(\s*@/.test(r.source.slice(r.at, r.at + 20))) return this.#script();
    const from = r.sees(':') ? undefined : this.expression();
    if (r.take(':')) {
      const to = r.sees(']') || r.sees(':') ? undefined : this.expression();
      const by = r.take(':') && !r.sees(']') ? this.expression() : undefined;
      return computedSlice(from?.run, to?.run, by?.run);
    }
    if (from === undefined) return r.fail(`expected an index, found ${r.found()}`);
    if (r.sees(',')) {
      const all = [from];
      while (r.take(',')) all.push(this.expression());
      return computedList(all.map((part) => part.run));
    }
    const { constant } = from;
    if (typeof constant === 'string') return { kind: 'name', name: constant };
    if (constant instanceof Numeric && constant.kind === 'int') return { kind: 'index', index: constant.value };
    return computedStep(from.run);
  }

  /** [(@...)] is taken as a filter; a script such as (@.length-1) only fails where it is reached, as in the vendor's. */
  #script(): Step {
    const r = this.#reader;
    const start = r.at;
    try {
      const test = parseFilter(
        r,
        Object.assign((reader: Reader) => parseOperand(reader, this), { textPatterns: true }),
      );
      return { kind: 'filter', test };
    } catch (error) {
      if (!(error instanceof SyntaxTrouble)) throw error;
      r.at = start;
      this.#skipParentheses();
      const written = this.#written(start);
      return computedStep(() => {
        throw failed(`${written} is no filter: ${error.message}`);
      });
    }
  }

  #skipParentheses(): void {
    const r = this.#reader;
    let depth = 0;
    do {
      if (r.done) r.fail('expected ")"');
      if (r.string() !== undefined) continue;
      if (r.peek() === '(') depth++;
      else if (r.peek() === ')') depth--;
      r.at++;
    } while (depth > 0);
  }
}
