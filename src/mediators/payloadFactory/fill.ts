import type { Expression } from '../../expressions/expression.ts';
import type { Message } from '../../message/message.ts';
import { tryXml } from '../body-from.ts';
import type { Argument } from './arguments.ts';
import { textPieces, withoutIndentation, xmlPieces, type Format, type Piece } from './format.ts';
import { argumentForJson, expressionForJson, type ArgumentKind, type Insert, type Place } from './json-values.ts';
import { remember } from './remember.ts';
import { argumentForXml, expressionForXml } from './xml-values.ts';

/** How values are put into a format. */
export interface Filling {
  readonly mediaType: 'xml' | 'json' | 'text';
  readonly escapeXmlChars: boolean;
  readonly args: { readonly list: readonly Argument[] } | undefined;
}

/** Pieces with the place each stands at, worked out once per format. */
interface Plan {
  readonly pieces: readonly Piece[];
  readonly places: readonly Place[];
}

const plans = new WeakMap<object, Plan>();
const keyedPlans = new Map<string, Plan>();

/** The format with its values; `source`: what lies under its key. */
export function fillFormat(config: Filling, format: Format, source: string | undefined, message: Message): string {
  if (source !== undefined) return fill(keyedPlan(source, config.mediaType), config, message);
  let plan = plans.get(format);
  if (!plan) plans.set(format, (plan = planOf(format.pieces, config.mediaType)));
  return fill(plan, config, message);
}

function fill(plan: Plan, config: Filling, message: Message): string {
  const cache: (string | undefined)[] = [];
  let out = '';
  for (let i = 0; i < plan.pieces.length; i++) {
    const piece = plan.pieces[i]!;
    if (typeof piece === 'string') out += piece;
    else if ('argument' in piece) {
      const insert = insertArgument(piece.argument, plan.places[i]!, config, message, cache);
      if (!insert.replacesString) out += insert.text;
      else {
        // The object takes the place of the quotes too: the piece before ends with one, the piece after begins with one.
        out = out.slice(0, -1) + insert.text;
        const after = plan.pieces[++i];
        if (typeof after === 'string') out += after.slice(1);
      }
    } else out += insertExpression(piece, plan.places[i]!, config.mediaType, message);
  }
  return out;
}

function insertArgument(
  n: number,
  place: Place,
  config: Filling,
  message: Message,
  cache: (string | undefined)[],
): Insert {
  const argument = config.args?.list[n - 1];
  if (!argument) return { text: `$${n}`, replacesString: false };
  const text = (cache[n] ??= argument.value ?? argument.expression?.text(message) ?? '');
  const kind = kindOf(argument, config, message);
  if (config.mediaType === 'json') return argumentForJson(text, kind, place);
  return { text: config.mediaType === 'xml' ? argumentForXml(text, kind) : text, replacesString: false };
}

function kindOf(argument: Argument, config: Filling, message: Message): ArgumentKind {
  const quote = message.properties.get('QUOTE_STRING_IN_PAYLOAD_FACTORY_JSON');
  return {
    language: argument.value !== undefined ? 'fixed' : (argument.expression?.language ?? 'fixed'),
    literal: argument.literal,
    escapeXmlChars: config.escapeXmlChars,
    quoteStrings: typeof quote === 'string' && quote.toLowerCase() === 'true',
  };
}

function insertExpression(
  expression: Expression,
  place: Place,
  mediaType: Filling['mediaType'],
  message: Message,
): string {
  if (mediaType === 'text') return expression.text(message);
  const value = expression.evaluate(message);
  const authored = !/^\$\{\s*(?:payload|\$|[^\s.[(]+\()/.test(expression.source);
  return mediaType === 'json' ? expressionForJson(value, place, authored) : expressionForXml(value, authored);
}

/** Finds out which pieces stand inside JSON strings. */
function planOf(pieces: readonly Piece[], mediaType: Filling['mediaType']): Plan {
  if (mediaType !== 'json') return { pieces, places: pieces.map(() => 'bare' as const) };
  let inString = false;
  const places = pieces.map((piece, i): Place => {
    if (typeof piece === 'string') {
      for (let c = 0; c < piece.length; c++) {
        if (piece[c] === '\\' && inString) c++;
        else if (piece[c] === '"') inString = !inString;
      }
      return 'bare';
    }
    if (!inString) return 'bare';
    const before = pieces[i - 1];
    const after = pieces[i + 1];
    const alone =
      typeof before === 'string' && before.endsWith('"') && typeof after === 'string' && after.startsWith('"');
    return alone ? 'wholeString' : 'inString';
  });
  return { pieces, places };
}

function keyedPlan(source: string, mediaType: Filling['mediaType']): Plan {
  const name = `${mediaType}\n${source}`;
  let plan = keyedPlans.get(name);
  if (!plan) {
    const ignore = (): void => {};
    const xml = mediaType === 'xml' ? tryXml(source) : undefined;
    const pieces = xml
      ? xmlPieces(withoutIndentation(xml), xml.scope(), ignore)
      : textPieces(source.trim(), new Map(), ignore);
    plan = planOf(pieces, mediaType);
    remember(keyedPlans, name, plan);
  }
  return plan;
}
