import { attr } from '../../artifacts/shape/fields.ts';
import type { Endpoint } from '../../engine/ports.ts';
import { UriTemplate } from '../../engine/routing/uri-template.ts';
import { stringifyJson } from '../../message/json.ts';
import { JsonHolder, type Message, type Value } from '../../message/message.ts';
import { XmlElement } from '../../message/xml/tree.ts';
import { addressAttribute, addressOf, needsBody, type AddressText } from '../address-text.ts';
import { defineEndpoint, type EndpointKind } from '../kind.ts';
import { LeafEndpoint } from '../leaf.ts';
import { checkQuality, quality } from '../quality.ts';
import { authentication, authenticatorOf } from './authentication.ts';

const LEGACY = 'legacy-encoding:';

export const http: EndpointKind = defineEndpoint({
  tag: 'http',
  summary: 'Sends to a URI template with a method of its own.',
  notes:
    '{uri.var.x} and {query.param.x} are percent-encoded, {+uri.var.x} keeps reserved characters. A variable at the very ' +
    'beginning holds a whole address and is kept as it is; "legacy-encoding:" in front decodes every variable and encodes none.',
  shape: {
    method: attr.text({ doc: 'The HTTP method; that of the message when not given.' }),
    uriTemplate: addressAttribute({
      name: 'uri-template',
      doc: 'The address with {uri.var.x}, {query.param.x} or ${...}.',
      braces: 'variable',
      required: false,
    }),
    statistics: attr.text({ doc: 'enable or disable; accepted.' }),
    trace: attr.text({ doc: 'enable or disable; accepted.' }),
    authentication,
    ...quality,
  },
  check: checkQuality,
  create(making): Endpoint {
    const { config } = making;
    const method = config.method?.trim().toUpperCase() || undefined;
    const expand = config.uriTemplate ? expander(config.uriTemplate) : undefined;
    const authenticator = config.authentication && authenticatorOf(config.authentication, making);
    return new LeafEndpoint(making, {
      kind: 'http',
      quality: config,
      format: undefined,
      notReadyNumber: 303001,
      async resolve(message, context) {
        if (config.uriTemplate && needsBody(config.uriTemplate)) await message.body.load(context.signal);
        // The template says the whole path. Source: Synapse HTTPEndpoint.
        message.axis2.delete('REST_URL_POSTFIX');
        if (method !== undefined) message.axis2.set('HTTP_METHOD', method);
        if (authenticator) await authenticator.authorize(message, context.signal);
        return { address: expand?.(message) ?? message.addressing.to ?? '', method };
      },
      ...(authenticator?.answered ? { answered: authenticator.answered } : {}),
    });
  },
});

/** A template is parsed once; one with ${...} inside once for each text it becomes. */
function expander(address: AddressText): (message: Message) => string {
  const fixed = address.template || address.unusable !== undefined ? undefined : new ParsedTemplate(address.source);
  return (message) => (fixed ?? new ParsedTemplate(addressOf(address, message))).expand(message);
}

class ParsedTemplate {
  readonly #template: UriTemplate;
  readonly #legacy: boolean;

  constructor(source: string) {
    this.#legacy = source.startsWith(LEGACY);
    const text = this.#legacy ? source.slice(LEGACY.length) : source;
    // Encoded slashes and colons would not make an address.
    this.#template = new UriTemplate(text.replace(/^\{(?!\+)/, '{+'));
  }

  expand(message: Message): string {
    if (this.#template.variables.length === 0) return this.#template.expand(() => undefined);
    if (!this.#legacy) return this.#template.expand((name) => variable(message, name));
    const { source, variables } = this.#template;
    let out = source;
    for (const name of variables)
      out = out
        .replaceAll(`{${name}}`, variable(message, name) ?? '')
        .replaceAll(`{+${name}}`, variable(message, name) ?? '');
    return out;
  }
}

/** Decoded, so that what a client had encoded is not encoded twice. */
function variable({ properties }: Message, name: string): string | undefined {
  const text = textOf(properties.get(name));
  if (text === undefined) return undefined;
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function textOf(value: Value | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') return String(value);
  if (value instanceof JsonHolder) return typeof value.json === 'string' ? value.json : stringifyJson(value.json);
  if (value instanceof XmlElement) return value.text;
  return value instanceof Uint8Array
    ? undefined
    : value.map((node) => (node.kind === 'element' ? node.text : node.value)).join('');
}
