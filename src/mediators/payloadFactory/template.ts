import { compileFreemarker, positionIn, type FreemarkerTemplate } from '../../expressions/freemarker/freemarker.ts';
import type { SyntaxProblem } from '../../expressions/expression.ts';
import { failed } from '../../expressions/failure.ts';
import type { Compiled } from '../../expressions/syntax.ts';
import type { Message } from '../../message/message.ts';
import { serializeXml } from '../../message/xml/serialize.ts';
import type { Format } from './format.ts';
import { remember } from './remember.ts';

const templates = new Map<string, Compiled<FreemarkerTemplate>>();

/** Templates that are written as elements, as text. */
const written = new WeakMap<Format, string>();

/** A FreeMarker template as it stands in a format. */
export function templateIn(format: Format | undefined): string {
  if (!format?.xml) return format?.text ?? '';
  let source = written.get(format);
  if (source === undefined) written.set(format, (source = serializeXml(format.xml)));
  return source;
}

/** What keeps it from being compiled, and where in it; undefined when nothing does. */
export function templateProblem(
  source: string,
): { readonly text: string; readonly hint: string | undefined } | undefined {
  const { problem } = compiled(source);
  return problem && { text: described(problem, source), hint: problem.hint };
}

/** `args`: the texts of the arguments. Faults with EXPRESSION_FAILED. */
export function fillTemplate(source: string, args: readonly string[], message: Message): string {
  const template = compiled(source);
  if (!template.ok) throw failed(described(template.problem, source));
  return template.ok.text(message, args);
}

function compiled(source: string): Compiled<FreemarkerTemplate> {
  let template = templates.get(source);
  if (!template) remember(templates, source, (template = compileFreemarker(source)));
  return template;
}

function described({ text, offset }: SyntaxProblem, source: string): string {
  const { line, column } = positionIn(source, offset);
  return `The FreeMarker template does not compile: ${text.replace(/\.$/, '')} (line ${line}, column ${column} of the format).`;
}
