import type { Message } from '../../message/message.ts';
import { textOf, type Parameter } from './parameter.ts';

/** What an operation says of record headers. */
export interface HeaderParameters {
  readonly forwardExistingHeaders: Parameter | undefined;
  readonly kafkaHeaderPrefix: Parameter | undefined;
  readonly removeHeaderPrefix: Parameter | undefined;
  readonly customHeaders: Parameter | undefined;
  readonly customHeaderExpression: Parameter | undefined;
  readonly headers: readonly { readonly name: string; readonly value: Parameter }[];
}

/** The headers are not a JSON array of objects with texts. */
export class NotHeaders extends Error {}

type Header = readonly [name: string, value: string];

/** Those of the record, in this order: forwarded, custom, dotted. Source: esb-connector-kafka populateKafkaHeaders. */
export function recordHeaders(config: HeaderParameters, message: Message): readonly Header[] {
  return [
    ...forwarded(config, message).map(({ as, value }) => [as, value] as const),
    ...custom(textOf(config.customHeaders, message)),
    ...custom(textOf(config.customHeaderExpression, message)),
    ...config.headers.map(({ name, value }) => [name, textOf(value, message) ?? ''] as const),
  ];
}

/** Transport headers that are passed on, by their own names and by those in the record. */
export function forwarded(
  config: HeaderParameters,
  message: Message,
): readonly { readonly name: string; readonly as: string; readonly value: string }[] {
  const all = [...message.headers].map(([name, value]) => ({ name, as: name, value }));
  const which = textOf(config.forwardExistingHeaders, message)?.toLowerCase();
  if (which === 'all') return all;
  const prefix = textOf(config.kafkaHeaderPrefix, message);
  if (which !== 'filtered' || prefix === undefined) return [];
  const shortened = textOf(config.removeHeaderPrefix, message)?.toLowerCase() === 'true';
  // Names of HTTP headers mean the same in any case, and arrive in lower case.
  return all
    .filter(({ name }) => name.toLowerCase().startsWith(prefix.toLowerCase()))
    .map((one) => ({ ...one, as: shortened ? one.name.slice(prefix.length) : one.name }));
}

/** [{"name": "value"}, ...] */
function custom(text: string | undefined): readonly Header[] {
  if (text === undefined) return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new NotHeaders(text);
  }
  if (!Array.isArray(parsed)) throw new NotHeaders(text);
  return parsed.flatMap((one: unknown) =>
    Object.entries(one as object).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
