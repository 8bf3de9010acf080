import { XmlElement, XmlText, type XmlNode } from '../../message/xml/tree.ts';
import { SYNAPSE_NAMESPACE } from './reader.ts';
import type { ElementSpec, Shape, Step } from './spec.ts';

/** Writes a typed model back as an element: attributes in the order of the shape, children after. */
export class ElementWriter {
  readonly element: XmlElement;

  constructor(tag: string) {
    this.element = new XmlElement(tag, SYNAPSE_NAMESPACE);
  }

  attribute(name: string, value: string | undefined): void {
    if (value !== undefined) this.element.setAttribute(name, value);
  }

  /** Declares the prefixes an expression on this element uses. */
  namespaces(namespaces: ReadonlyMap<string, string>): void {
    for (const [prefix, uri] of namespaces) if (prefix !== '') this.element.declare(prefix, uri);
  }

  /** A child of the Synapse namespace, filled by the callback. */
  child(tag: string, fill: (writer: ElementWriter) => void = () => {}): void {
    const writer = new ElementWriter(tag);
    fill(writer);
    this.element.append(writer.element);
  }

  node(node: XmlNode): void {
    this.element.append(node);
  }

  text(value: string): void {
    if (value !== '') this.element.append(new XmlText(value));
  }

  steps(steps: readonly Step[]): void {
    for (const step of steps) this.element.append(writeElement(step.spec, step.config));
  }

  shape(shape: Shape, config: Readonly<Record<string, unknown>>): void {
    for (const [key, field] of Object.entries(shape)) field.write(config[key], this, field.name ?? key);
  }
}

/** The canonical element of a typed model: what `readElement` would read again to the same model. */
export function writeElement(spec: ElementSpec, config: unknown): XmlElement {
  const writer = new ElementWriter(spec.tag);
  if (spec.codec) spec.codec.write(config, writer);
  else writer.shape(spec.shape, config as Readonly<Record<string, unknown>>);
  return writer.element;
}
