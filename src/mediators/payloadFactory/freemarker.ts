/**
 * The part of FreeMarker that projects use most: `${path}` into payload, vars, args, ctx, axis2, trp.
 * Directives, built-ins and operators are not run; a template that uses them is refused as a whole.
 * Source: MI FreeMarkerTemplateProcessor, FreeMarker manual "The Template".
 */
import type { JsonValue } from '../../message/json.ts';
import { JsonHolder, type Message, type Value } from '../../message/message.ts';
import { jsonText, valueText } from '../values.ts';

export interface FreemarkerTemplate {
  /** What is not supported in it. */
  readonly problem: string | undefined;
  text(message: Message, args: readonly string[]): string;
}

type Path = readonly string[];

const roots = new Set(['payload', 'vars', 'var', 'args', 'ctx', 'axis2', 'trp']);

export function compileFreemarker(source: string): FreemarkerTemplate {
  const refuse = (problem: string): FreemarkerTemplate => ({ problem, text: () => '' });
  const directive = /<\/?[#@]\w*|\[#\w+/.exec(source)?.[0];
  if (directive) return refuse(`The FreeMarker directive ${directive} is not run by Gantry.`);
  const pieces: (string | Path)[] = [];
  let from = 0;
  for (const found of source.matchAll(/\$\{([^}]*)\}/g)) {
    const path = readPath(found[1]!.trim());
    if (!path)
      return refuse(
        `The FreeMarker expression ${found[0]} is not run by Gantry: only paths such as \${payload.a.b[0]} are.`,
      );
    pieces.push(source.slice(from, found.index), path);
    from = found.index + found[0].length;
  }
  pieces.push(source.slice(from));
  return {
    problem: undefined,
    text: (message, args) =>
      pieces.map((piece) => (typeof piece === 'string' ? piece : valueAt(piece, message, args))).join(''),
  };
}

/** payload.a["b"][0] as its names; undefined when it is anything else. */
function readPath(expression: string): Path | undefined {
  const steps = /^([A-Za-z_]\w*)((?:\.[A-Za-z_][\w-]*|\[\s*(?:\d+|"[^"]*"|'[^']*')\s*\])*)$/.exec(expression);
  if (!steps || !roots.has(steps[1]!)) return undefined;
  const rest = [...steps[2]!.matchAll(/\.([A-Za-z_][\w-]*)|\[\s*(?:(\d+)|"([^"]*)"|'([^']*)')\s*\]/g)];
  return [steps[1]!, ...rest.map((m) => m[1] ?? m[2] ?? m[3] ?? m[4] ?? '')];
}

function valueAt(path: Path, message: Message, args: readonly string[]): string {
  const [root, name, ...inner] = path;
  if (root === 'payload') return inside(message.body.json() ?? null, path.slice(1));
  if (name === undefined) return '';
  if (root === 'args') return args[Number(/^arg(\d+)$/.exec(name)?.[1]) - 1] ?? '';
  if (root === 'trp') return message.headers.get(name) ?? '';
  const scope =
    root === 'vars' || root === 'var' ? message.variables : root === 'axis2' ? message.axis2 : message.properties;
  const value: Value | undefined = scope.get(name);
  return value instanceof JsonHolder ? inside(value.json, inner) : valueText(value);
}

function inside(json: JsonValue, path: Path): string {
  let at: JsonValue | undefined = json;
  for (const name of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, name)) return '';
    at = (at as Record<string, JsonValue>)[name];
  }
  return at === undefined || at === null ? '' : jsonText(at);
}
