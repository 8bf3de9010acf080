import { attr, child } from '../../artifacts/shape/fields.ts';
import { readInlineEndpoint } from '../../artifacts/shape/endpoint.ts';
import { ElementReader } from '../../artifacts/shape/reader.ts';
import type { EndpointConfig } from '../../artifacts/shape/spec.ts';
import type { Vocabulary } from '../../artifacts/shape/vocabulary.ts';
import type { Endpoint, EndpointState, EndpointTemplate, SendContext } from '../../engine/ports.ts';
import { Fault, formatPosition } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import { cloneNode, type XmlElement } from '../../message/xml/tree.ts';
import { createEndpoint, defineEndpoint, type EndpointKind, type Making } from '../kind.ts';

const shape = {
  name: attr.text({ doc: 'Its name; $name in the template.' }),
  template: attr.text({ doc: 'The template.', required: true }),
  uri: attr.text({ doc: '$uri in the template.' }),
  parameter: child.list(
    {
      name: attr.text({ doc: 'The name after the $.', required: true }),
      value: attr.text({ doc: 'What stands for it.', default: '' }),
    },
    { doc: 'Further parameters of the template.' },
  ),
  description: child.text({ doc: 'For people.' }),
};

/** `vocabulary` is what the template's content is read with, once its parameters are filled in. */
export function templateKind(vocabulary: () => Vocabulary): EndpointKind {
  return defineEndpoint({
    tag: 'template',
    summary: 'An endpoint made from an endpoint template.',
    notes: '$name, $uri and $parameter in the template are replaced, also inside other text.',
    shape,
    create(making) {
      const { config } = making;
      const parameters = new Map(config.parameter.map((p) => [p.name, p.value]));
      if (config.uri !== undefined) parameters.set('uri', config.uri);
      parameters.set('name', making.name);
      return new TemplateEndpoint(making, config.template, parameters, vocabulary);
    },
  });
}

/** The template may be deployed after the endpoint: it is looked up when the first message comes. */
class TemplateEndpoint implements Endpoint {
  readonly kind = 'template';
  readonly name: string;
  readonly #making: Making<unknown>;
  readonly #template: string;
  readonly #parameters: ReadonlyMap<string, string>;
  readonly #vocabulary: () => Vocabulary;
  #made: Endpoint | undefined;

  constructor(
    making: Making<unknown>,
    template: string,
    parameters: ReadonlyMap<string, string>,
    vocabulary: () => Vocabulary,
  ) {
    this.name = making.name;
    this.#making = making;
    this.#template = template;
    this.#parameters = parameters;
    this.#vocabulary = vocabulary;
  }

  get children(): readonly Endpoint[] {
    return this.#made?.children ?? [];
  }

  get state(): EndpointState {
    return this.#made?.state ?? 'active';
  }

  get ready(): boolean {
    return this.#made?.ready ?? true;
  }

  switchOff(): void {
    this.#make().switchOff();
  }

  switchOn(): void {
    this.#make().switchOn();
  }

  /** For groups: the endpoint behind it. */
  resolve(): Endpoint {
    return this.#make();
  }

  async send(message: Message, context: SendContext): Promise<Message | undefined> {
    return this.#make().send(message, context);
  }

  #make(): Endpoint {
    return (this.#made ??= createEndpoint(this.#filledIn(), { ...this.#making }));
  }

  #filledIn(): EndpointConfig {
    const { library, log, name } = this.#making;
    const template = library.endpointTemplate?.(this.#template);
    if (!template) throw new Fault('TEMPLATE_NOT_FOUND', { detail: { template: this.#template, endpoint: name } });
    const element = cloneNode(template.endpoint.element);
    fill(element, withDefaults(this.#parameters, template));
    const { file } = template.endpoint.at;
    const reader = new ElementReader(element, {
      file,
      vocabulary: this.#vocabulary(),
      report: ({ code, text, at }) => log.warn(`${code} ${text} at ${formatPosition(at)}, made for endpoint ${name}`),
    });
    const read = readInlineEndpoint(element, reader);
    if (!read)
      throw new Fault('TEMPLATE_NOT_FOUND', {
        text: `The endpoint template ${this.#template} gives no endpoint for ${name}.`,
      });
    return { ...read, name };
  }
}

function withDefaults(
  parameters: ReadonlyMap<string, string>,
  template: EndpointTemplate,
): ReadonlyMap<string, string> {
  const all = new Map(parameters);
  for (const { name, defaultValue } of template.parameters) {
    if (!all.has(name) && defaultValue !== undefined) all.set(name, defaultValue);
  }
  return all;
}

function fill(element: XmlElement, parameters: ReadonlyMap<string, string>): void {
  const filled = (text: string): string =>
    text.replace(/\$([A-Za-z_][\w.-]*)/g, (whole, name: string) => parameters.get(name) ?? whole);
  for (const attribute of element.attributes) attribute.value = filled(attribute.value);
  for (const node of element.children) {
    if (node.kind === 'text') node.value = filled(node.value);
    else if (node.kind === 'element') fill(node, parameters);
  }
}
