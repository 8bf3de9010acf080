import { cloneNode, type XmlElement } from '../../message/xml/tree.ts';
import { readExpression, readValue, visitShape } from './fields.ts';
import { readElement, suggestion, SYNAPSE_NAMESPACE, type ElementReader } from './reader.ts';
import type { EndpointConfig, Field, Value, Visitor } from './spec.ts';
import { isUnsupported } from './vocabulary.ts';
import { writeElement, type ElementWriter } from './writer.ts';

/** An endpoint by name (or computed name), or written in place. */
export type EndpointChoice =
  { readonly key: Value; readonly inline?: undefined } | { readonly key?: undefined; readonly inline: EndpointConfig };

/** Children of <endpoint> that belong to every kind. <session> is loadbalance's, but is written beside it. */
const COMMON = ['property', 'parameter', 'description', 'session'];
const PROPERTY_SCOPES = ['default', 'transport', 'axis2', 'axis2-client', 'operation'];

/**
 * Reads <endpoint>: `key`, `key-expression`, `template`, or the element of its kind.
 * Undefined (and a problem) when it is none of these. Source: Synapse EndpointFactory.
 */
export function readEndpoint(element: XmlElement, from: ElementReader): EndpointChoice | undefined {
  const reader = from.inside(element);
  const key = reader.attribute('key');
  const keyExpression = reader.attribute('key-expression');
  if (key) {
    reader.attribute('name');
    reader.finish();
    return { key: readValue(key.value, key, reader) };
  }
  if (keyExpression) {
    reader.attribute('name');
    reader.finish();
    const expression = readExpression(keyExpression.value, keyExpression, reader);
    return expression && { key: { expression } };
  }
  const inline = readInlineEndpoint(element, from);
  return inline && { inline };
}

/** Reads an <endpoint> that must be written in place: an artifact of its own, or the content of a template. */
export function readInlineEndpoint(element: XmlElement, from: ElementReader): EndpointConfig | undefined {
  const reader = from.inside(element);
  const template = reader.attribute('template');
  const kind = template ? element : element.elements().find((e) => !COMMON.includes(e.local));
  if (!kind) {
    reader.problem('NO_ENDPOINT_KIND', '<endpoint> says nothing about where to send.', {
      hint: `Write one of <${from.context.vocabulary.endpointTags().join('>, <')}> inside, or key="name".`,
    });
    return undefined;
  }
  // Old files wrap a nameless <endpoint> into the named one.
  if (kind !== element && kind.local === 'endpoint') {
    const inner = readInlineEndpoint(kind, from);
    return inner && { ...inner, name: inner.name ?? element.attribute('name') };
  }
  checkProperties(reader);
  const tag = template ? 'template' : kind.local;
  const { vocabulary } = from.context;
  const spec = vocabulary.endpoint(tag);
  if (spec === undefined) {
    reader.problem('UNKNOWN_ENDPOINT', `<${kind.name}> is not an endpoint kind Gantry knows.`, {
      on: kind,
      hint: suggestion(
        tag,
        vocabulary.endpointTags(),
        'Check the spelling; the reference lists every kind of endpoint.',
      ),
    });
    return undefined;
  }
  if (isUnsupported(spec)) {
    reader.problem(
      'UNSUPPORTED_ENDPOINT',
      `<${kind.name}> is a kind of endpoint of Synapse that Gantry does not run.`,
      {
        on: kind,
        hint: spec.hint,
      },
    );
    return undefined;
  }
  const name = element.attribute('name');
  const at = reader.at;
  // A template endpoint has no element of its own: its attributes are those of <endpoint>.
  if (template) return { spec, config: readElement(spec, from.inside(element)), name, at, element };
  for (const attribute of ['name', 'description', 'trace', 'statistics', 'onError']) reader.attribute(attribute);
  for (const child of [...COMMON, kind.local]) reader.children(child);
  reader.finish();
  return { spec, config: readElement(spec, from.inside(kind)), name, at, element };
}

function checkProperties(reader: ElementReader): void {
  for (const property of reader.children('property')) {
    const inside = reader.inside(property);
    const scope = inside.attribute('scope');
    if (scope && !PROPERTY_SCOPES.includes(scope.value)) {
      inside.problem('BAD_VALUE', `"${scope.value}" is not a scope an endpoint's property can have.`, {
        on: scope,
        hint: suggestion(scope.value, PROPERTY_SCOPES, `Write one of ${PROPERTY_SCOPES.join(', ')}.`),
      });
    }
    if (!inside.attribute('name')) {
      inside.problem('MISSING_ATTRIBUTE', '<property> needs the attribute "name".', {
        hint: 'The name of the property to set.',
      });
    }
    const expression = inside.attribute('expression');
    if (!inside.attribute('value') && expression) readExpression(expression.value, expression, inside);
    else if (!inside.attribute('value')) {
      inside.problem('MISSING_ATTRIBUTE', '<property> has neither a value nor an expression.', {
        hint: 'Write value="..." or expression="...".',
      });
    }
  }
}

/** Writes what `readEndpoint` reads, as a child <endpoint>. */
export function writeEndpoint(choice: EndpointChoice, to: ElementWriter): void {
  to.child('endpoint', (w) => {
    if (choice.inline) return writeInlineEndpoint(choice.inline, w);
    const { fixed, expression } = choice.key;
    w.attribute(expression ? 'key-expression' : 'key', fixed ?? expression?.source);
    if (expression) w.namespaces(expression.namespaces);
  });
}

/** Fills an <endpoint> element that the caller made. */
export function writeInlineEndpoint(endpoint: EndpointConfig, to: ElementWriter): void {
  const { element } = endpoint;
  const own = writeElement(endpoint.spec, endpoint.config);
  to.attribute('name', endpoint.name);
  const isTemplate = element.attribute('template') !== undefined;
  if (isTemplate) for (const a of own.attributes) to.attribute(a.name, a.value);
  else for (const name of ['description', 'trace', 'statistics']) to.attribute(name, element.attribute(name));
  const known = new Set(own.children.map((c) => (c.kind === 'element' ? c.local : '')));
  const kept = element.elements().filter((e) => COMMON.includes(e.local) && !(isTemplate && known.has(e.local)));
  for (const child of kept) to.node(inSynapse(cloneNode(child)));
  if (isTemplate) for (const child of own.children) to.node(child);
  else to.node(own);
}

/** Files without the Synapse namespace are accepted; what is written back has it. */
function inSynapse(element: XmlElement): XmlElement {
  if (element.uri === '') element.uri = SYNAPSE_NAMESPACE;
  for (const child of element.elements()) inSynapse(child);
  return element;
}

/** Shows a visitor the endpoint and everything inside it: references, expressions, children of groups. */
export function visitEndpoint(endpoint: EndpointConfig, visitor: Visitor): void {
  visitor.endpoint?.(endpoint);
  const inside: Visitor = {
    ...visitor,
    reference: (kind, key, at) => visitor.reference?.(kind, key, at.line === 0 ? endpoint.at : at),
  };
  if (endpoint.spec.codec) endpoint.spec.codec.visit?.(endpoint.config, inside);
  else visitShape(endpoint.spec.shape, endpoint.config, inside);
}

export function visitEndpointChoice(choice: EndpointChoice, visitor: Visitor): void {
  if (choice.inline) return visitEndpoint(choice.inline, visitor);
  if (choice.key.expression) visitor.expression?.(choice.key.expression);
  visitor.reference?.('endpoint', choice.key, { file: '', line: 0, column: 0 });
}

interface EndpointFieldOptions {
  readonly doc: string;
  readonly name?: string;
  readonly required?: boolean;
}

/** A child <endpoint>: of send, call, callout, a proxy's target. */
export function endpointField(o: EndpointFieldOptions): Field<EndpointChoice | undefined> {
  return {
    place: 'child',
    type: 'endpoint',
    doc: o.doc,
    required: o.required ?? false,
    name: o.name ?? 'endpoint',
    read(from, name) {
      const found = from.child(name);
      if (found) return readEndpoint(found, from);
      if (o.required)
        from.problem('MISSING_ELEMENT', `<${from.element.local}> needs a child <${name}>.`, { hint: o.doc });
      return undefined;
    },
    write: (choice, to) => (choice ? writeEndpoint(choice, to) : undefined),
    visit: (choice, visitor) => (choice ? visitEndpointChoice(choice, visitor) : undefined),
  };
}

/** Every child <endpoint>: the members of failover, loadbalance and recipientlist. */
export function endpointList(o: EndpointFieldOptions): Field<readonly EndpointChoice[]> {
  return {
    place: 'child',
    type: 'list of endpoints',
    doc: o.doc,
    required: o.required ?? false,
    name: o.name ?? 'endpoint',
    read(from, name) {
      const found = from.children(name);
      if (found.length === 0 && o.required) {
        from.problem('MISSING_ELEMENT', `<${from.element.local}> needs at least one child <${name}>.`, { hint: o.doc });
      }
      return found.map((e) => readEndpoint(e, from)).filter((e) => e !== undefined);
    },
    write: (list, to) => list.forEach((choice) => writeEndpoint(choice, to)),
    visit: (list, visitor) => list.forEach((choice) => visitEndpointChoice(choice, visitor)),
  };
}
