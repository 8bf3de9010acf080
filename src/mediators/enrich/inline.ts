import { compileExpression, compileTemplate } from '../../expressions/compile.ts';
import type { Expression } from '../../expressions/expression.ts';
import type { Message } from '../../message/message.ts';
import { tryJson, tryXml } from '../body-from.ts';

type Piece = string | Expression;

const compiled = new Map<string, readonly Piece[]>();
const REMEMBERED = 500;

/**
 * Text written in place, with `{expression}` and `${expression}` inside: {$ctx:name}, {json-eval($.a)}. A value that is
 * neither XML nor JSON goes in as a JSON string. Source: InlineExpressionUtil (no blanks or quotes inside the braces).
 */
export function inlineText(text: string, message: Message): string {
  if (!text.includes('{')) return text;
  return piecesOf(text)
    .map((piece) => (typeof piece === 'string' ? piece : insert(piece, message)))
    .join('');
}

function insert(expression: Expression, message: Message): string {
  const value = expression.text(message);
  const isStructure = value !== '' && (tryJson(value) !== undefined || tryXml(value) !== undefined);
  return isStructure ? value : JSON.stringify(value);
}

function piecesOf(text: string): readonly Piece[] {
  let pieces = compiled.get(text);
  if (!pieces) {
    pieces = compilePieces(text);
    if (compiled.size >= REMEMBERED) compiled.delete(compiled.keys().next().value!);
    compiled.set(text, pieces);
  }
  return pieces;
}

function compilePieces(text: string): Piece[] {
  const whole = text.includes('${') ? compileTemplate(text).ok?.parts : undefined;
  return (whole ?? [text]).flatMap((part) => (typeof part === 'string' ? bracePieces(part) : [part]));
}

function bracePieces(text: string): Piece[] {
  return text
    .split(/(\{(?:[$]?[\w-]+[:(][^\s",<>}\]]*)\})/)
    .map((piece, i) => (i % 2 === 0 ? piece : (compileExpression(piece.slice(1, -1)).ok ?? piece)))
    .filter((piece) => piece !== '');
}
