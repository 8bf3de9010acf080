import { createInterface } from 'node:readline';
import { Readable, type Writable } from 'node:stream';
import { compileExpression } from '../../../expressions/compile.ts';
import { emptyEnvironment } from '../../../message/environment.ts';
import { Headers } from '../../../message/headers.ts';
import { Body } from '../../../message/body.ts';
import { isJsonObject, JsonNumber, parseJson, stringifyJson, type JsonValue } from '../../../message/json.ts';
import { JsonHolder, Message, type Value } from '../../../message/message.ts';
import { RecordHolder } from '../../../message/record.ts';
import { parseXml } from '../../../message/xml/parse.ts';

/**
 * `gantry eval --format json`: one JSON line in, one out, in the same order.
 *
 * in:  {"id", "expression", "payload"?, "contentType"?, "variables"?, "properties"?, "headers"?, "params"?}
 *      expression: `${...}` or its inside; also json-eval(...) and XPath that begins with /.
 *      payload: the body's text, or any other JSON value as a JSON body. contentType: application/json by default.
 *      {"$xml": "..."} is an XML value. params: {"queryParams", "pathParams", "functionParams"}, each an object.
 *      properties: of the default scope; {"axis2": {...}} inside is the axis2 scope.
 * out: {"id", "value"} with the text of the result, or {"id", "error"}; {"id": null, "error"} for a line that is none.
 */
export async function runEval(input: AsyncIterable<string> | Readable, output: Writable): Promise<number> {
  const lines = input instanceof Readable ? createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }) : input;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    if (!output.write(`${stringifyJson(await answer(line))}\n`)) {
      await new Promise((resolve) => output.once('drain', resolve));
    }
  }
  return 0;
}

async function answer(line: string): Promise<JsonValue> {
  let request: JsonValue;
  try {
    request = parseJson(line);
  } catch (error) {
    return { id: null, error: `The line is not JSON: ${(error as Error).message}.` };
  }
  if (!isJsonObject(request)) return { id: null, error: 'The line is not a JSON object.' };
  const id = request['id'] ?? null;
  if (typeof request['expression'] !== 'string') return { id, error: 'The line has no "expression".' };
  try {
    return { id, ...(await evaluate(request['expression'], request)) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

async function evaluate(source: string, request: { [key: string]: JsonValue }): Promise<{ [key: string]: JsonValue }> {
  const compiled = compileExpression(complete(source));
  if (!compiled.ok) {
    const { text, offset, hint } = compiled.problem;
    return { error: `${text} at character ${offset + 1}${hint === undefined ? '' : `. ${hint}`}` };
  }
  let trouble: string | undefined;
  const message = messageOf(request, (text) => (trouble ??= text));
  if (compiled.ok.needsBody) await message.body.load();
  const value = compiled.ok.text(message);
  return trouble === undefined ? { value } : { error: trouble };
}

/** What is written without its wrapping is the inside of `${...}`, but for what can only be another language. */
function complete(source: string): string {
  const trimmed = source.trim();
  return /^(\$\{|json-eval\s*\(|\/)/.test(trimmed) ? source : `\${${source}}`;
}

function messageOf(request: { [key: string]: JsonValue }, report: (text: string) => void): Message {
  const message = new Message({
    body: bodyOf(request['payload'], request['contentType']),
    headers: Headers.from(textEntries(request['headers'])),
    environment: { ...emptyEnvironment, report: (fault) => report(fault.message), config: (name) => process.env[name] },
  });
  for (const [name, value] of entries(request['variables'])) message.variables.set(name, valueOf(value));
  for (const [name, value] of entries(request['properties'])) {
    if (name === 'axis2' && isJsonObject(value)) for (const [n, v] of entries(value)) message.axis2.set(n, valueOf(v));
    else message.properties.set(name, valueOf(value));
  }
  const params = isJsonObject(request['params']) ? request['params'] : {};
  for (const [name, value] of entries(params['queryParams']))
    message.properties.set(`query.param.${name}`, valueOf(value));
  for (const [name, value] of entries(params['pathParams'])) message.properties.set(`uri.var.${name}`, valueOf(value));
  const parameters = entries(params['functionParams']).map(([name, value]): [string, Value] => [name, valueOf(value)]);
  if (parameters.length > 0) message.templateParameters.push(new Map(parameters));
  return message;
}

function bodyOf(payload: JsonValue | undefined, contentType: JsonValue | undefined): Body {
  if (payload === undefined) return Body.empty();
  if (typeof payload !== 'string') return Body.json(payload);
  return Body.bytes(
    new TextEncoder().encode(payload),
    typeof contentType === 'string' ? contentType : 'application/json',
  );
}

function entries(value: JsonValue | undefined): [string, JsonValue][] {
  return isJsonObject(value) ? Object.entries(value) : [];
}

function textEntries(value: JsonValue | undefined): [string, string][] {
  return entries(value).map(([name, v]) => [name, typeof v === 'string' ? v : stringifyJson(v)]);
}

/** Objects that hold XML somewhere are records, as connectors leave them; the rest of JSON stays JSON. */
function valueOf(value: JsonValue): Value {
  if (isJsonObject(value)) {
    if (typeof value['$xml'] === 'string') return parseXml(value['$xml']);
    const inside = entries(value).map(([name, v]): [string, Value] => [name, valueOf(v)]);
    return holdsXml(value) ? new RecordHolder(new Map(inside)) : new JsonHolder(value);
  }
  if (Array.isArray(value) || value instanceof JsonNumber) return new JsonHolder(value);
  return value;
}

function holdsXml(value: JsonValue): boolean {
  if (Array.isArray(value)) return false;
  return isJsonObject(value) && (typeof value['$xml'] === 'string' || Object.values(value).some(holdsXml));
}
