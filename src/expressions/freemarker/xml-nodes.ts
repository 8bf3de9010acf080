/**
 * XML as templates walk through it: payload.order.item[0].@id. Every step gives as many nodes as there are.
 * Source: FreeMarker's XML processing guide; freemarker.ext.dom.
 */
import { serializeXml } from '../../message/xml/serialize.ts';
import type { XmlAttribute, XmlElement } from '../../message/xml/tree.ts';
import { TemplateTrouble } from './trouble.ts';

/** The document around the first element. */
export interface XmlDocument {
  readonly kind: 'document';
  readonly root: XmlElement;
}

type XmlNode = XmlDocument | XmlElement | XmlAttribute;

/** A whole document, as the payload is one. */
export function xmlDocument(root: XmlElement, prefixes: Prefixes): XmlNodes {
  const document: XmlDocument = { kind: 'document', root };
  return new XmlNodes([document], { document, prefixes });
}

/** Prefixes of <#ftl ns_prefixes={...}>; D is the default namespace. */
export type Prefixes = ReadonlyMap<string, string>;

/** What all nodes of one document share. */
export interface XmlContext {
  readonly document: XmlDocument;
  readonly prefixes: Prefixes;
}

export class XmlNodes {
  readonly nodes: readonly XmlNode[];
  readonly #context: XmlContext;

  constructor(nodes: readonly XmlNode[], context: XmlContext) {
    this.nodes = nodes;
    this.#context = context;
  }

  each(): XmlNodes[] {
    return this.nodes.map((node) => this.#of([node]));
  }

  at(index: number): XmlNodes | undefined {
    const node = this.nodes[index];
    return node && this.#of([node]);
  }

  /** `.name`, `.@name`, `.*`, `.**` and the keys that begin with @@. */
  get(key: string): XmlNodes | string {
    if (key.startsWith('@@') && key !== '@@') return this.#special(key);
    if (/[/[(]|::/.test(key))
      throw new TemplateTrouble(`XPath in a template (${key}) is not run`, undefined, 'Go step by step: a.b.c.');
    if (key === '*') return this.#of(this.nodes.flatMap(elementsIn));
    if (key === '**') return this.#of(this.nodes.flatMap(allIn));
    if (key === '@@' || key === '@*') return this.#of(this.nodes.flatMap(attributesOf));
    const isAttribute = key.startsWith('@');
    const { local, uri } = this.#name(isAttribute ? key.slice(1) : key, isAttribute);
    const among: readonly XmlNode[] = this.nodes.flatMap<XmlNode>(isAttribute ? attributesOf : elementsIn);
    return this.#of(among.filter((node) => node.kind !== 'document' && node.local === local && node.uri === uri));
  }

  /** Throws unless it is one node without child elements. */
  text(): string {
    const node = this.#only();
    if (node.kind === 'attribute') return node.value;
    const element = node.kind === 'document' ? node.root : node;
    if (element.elements().length > 0)
      throw new TemplateTrouble(`<${element.name}> has elements in it and cannot be used as text`);
    return element.text;
  }

  children(): XmlNodes {
    return this.#of(elementsIn(this.#only()));
  }

  parent(): XmlNodes | undefined {
    const node = this.#only();
    if (node.kind === 'document') return undefined;
    return node === this.#context.document.root || !node.parent ? this.root() : this.#of([node.parent]);
  }

  root(): XmlNodes {
    return this.#of([this.#context.document]);
  }

  name(): string {
    const node = this.#only();
    return node.kind === 'document' ? '@document' : node.local;
  }

  namespace(): string {
    const node = this.#only();
    return node.kind === 'document' ? '' : node.uri;
  }

  kind(): string {
    return this.#only().kind;
  }

  #of(nodes: readonly XmlNode[]): XmlNodes {
    return new XmlNodes(nodes, this.#context);
  }

  #only(): XmlNode {
    if (this.nodes.length === 1) return this.nodes[0]!;
    throw new TemplateTrouble(`there are ${this.nodes.length} nodes where one is needed`);
  }

  #name(key: string, isAttribute: boolean): { readonly local: string; readonly uri: string } {
    const colon = key.indexOf(':');
    if (colon < 0) return { local: key, uri: isAttribute ? '' : (this.#context.prefixes.get('D') ?? '') };
    const prefix = key.slice(0, colon);
    const uri = prefix === 'N' ? '' : this.#context.prefixes.get(prefix);
    if (uri === undefined)
      throw new TemplateTrouble(
        `the prefix ${prefix} is not declared`,
        undefined,
        `Begin the template with <#ftl ns_prefixes={"${prefix}":"..."}>.`,
      );
    return { local: key.slice(colon + 1), uri };
  }

  #special(key: string): string {
    const node = this.#only();
    if (key === '@@local_name') return this.name();
    if (key === '@@namespace') return this.namespace();
    if (key === '@@qname') return node.kind === 'document' ? '' : node.name;
    const element = node.kind === 'document' ? node.root : node;
    if (element.kind === 'attribute') {
      if (key === '@@text') return element.value;
    } else if (key === '@@text') {
      return element.text;
    } else if (key === '@@markup') {
      return serializeXml(element);
    } else if (key === '@@nested_markup') {
      return nestedMarkup(element);
    }
    throw new TemplateTrouble(`${key} is not run`);
  }
}

function elementsIn(node: XmlNode): XmlElement[] {
  if (node.kind === 'document') return [node.root];
  return node.kind === 'element' ? node.elements() : [];
}

function allIn(node: XmlNode): XmlElement[] {
  return elementsIn(node).flatMap((element) => [element, ...allIn(element)]);
}

function attributesOf(node: XmlNode): readonly XmlAttribute[] {
  if (node.kind === 'attribute') return [];
  return (node.kind === 'document' ? node.root : node).attributes;
}

function nestedMarkup(element: XmlElement): string {
  const markup = serializeXml(element);
  return element.children.length === 0 ? '' : markup.slice(markup.indexOf('>') + 1, markup.lastIndexOf('</'));
}
