import type { JsonValue } from './json.ts';
import { JsonHolder, type Value } from './message.ts';
import { serializeXml } from './xml/serialize.ts';
import { XmlElement } from './xml/tree.ts';

/**
 * What a connector operation leaves in a variable: named values that need not be JSON, such as
 * { payload: <xml/>, headers: {...}, attributes: {...} }. To whoever knows only JSON it is a JSON object.
 */
export class RecordHolder extends JsonHolder {
  readonly entries: ReadonlyMap<string, Value>;

  constructor(entries: ReadonlyMap<string, Value>) {
    super(Object.fromEntries([...entries].map(([name, value]) => [name, toJson(value)])));
    this.entries = entries;
  }
}

function toJson(value: Value): JsonValue {
  if (value instanceof JsonHolder) return value.json;
  if (value instanceof XmlElement) return serializeXml(value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'object' && value !== null) {
    return value.map((node) => (node.kind === 'element' ? serializeXml(node) : node.value)).join('');
  }
  return value;
}
