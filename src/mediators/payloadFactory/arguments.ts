import { compileExpression } from '../../expressions/compile.ts';
import { readExpression } from '../../artifacts/shape/fields.ts';
import type { Field } from '../../artifacts/shape/spec.ts';
import type { Expression } from '../../expressions/expression.ts';
import { attr, child } from '../kit.ts';

/** One <arg>: the value of $1, $2, ... in the order they are written. */
export interface Argument {
  readonly value: string | undefined;
  readonly expression: Expression | undefined;
  readonly evaluator: 'xml' | 'json' | undefined;
  readonly literal: boolean;
  readonly deepCheck: boolean;
}

/** With evaluator="json" a path stands there without json-eval(...). */
const expressionField: Field<Expression | undefined> = {
  place: 'attribute',
  type: 'expression',
  doc: 'What computes the value: XPath, JSONPath (evaluator="json") or ${...}.',
  required: false,
  read(from, name) {
    const found = from.attribute(name);
    if (!found) {
      if (!from.attribute('value')) {
        from.problem('MISSING_ATTRIBUTE', '<arg> has neither a value nor an expression.', {
          hint: 'Write value="..." or expression="...".',
        });
      }
      return undefined;
    }
    const isPath =
      /^\s*json\s*$/i.test(from.attribute('evaluator')?.value ?? '') &&
      !/^\s*(?:json-eval\s*\(|\$\{)/.test(found.value);
    if (!isPath) return readExpression(found.value, found, from);
    const compiled = compileExpression(`json-eval(${found.value.trim()})`, { namespaces: from.element.scope() });
    if (compiled.ok) return compiled.ok;
    from.problem('BAD_EXPRESSION', `"${found.value}" is no JSONPath: ${compiled.problem.text}`, {
      on: found,
      hint: compiled.problem.hint,
    });
    return undefined;
  },
  write(expression, to, name) {
    if (!expression) return;
    to.attribute(name, expression.source);
    to.namespaces(expression.namespaces);
  },
  visit: (expression, visitor) => {
    if (expression) visitor.expression?.(expression);
  },
};

const args = child.list(
  {
    value: attr.text({ doc: 'The value as it stands.' }),
    expression: expressionField,
    evaluator: attr.lenient(['xml', 'json'], { doc: 'json: the expression is a JSONPath.', otherwise: 'xml' }),
    literal: attr.boolean({ doc: 'The value is text, whatever it looks like.', default: false }),
    deepCheck: attr.boolean({ doc: 'Accepted; without meaning here.', default: true }),
  },
  { name: 'arg', doc: 'An argument.' },
);

/** <args><arg/></args>. */
export const argumentsField: Field<{ readonly list: readonly Argument[] } | undefined> = child.element(
  { list: args },
  { doc: 'The values of $1, $2, ..., in order.' },
);
