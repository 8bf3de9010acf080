import type { ParseOptions, XmlDocument } from './parse.ts';
import { forbiddenIndex, replaceReferences } from './characters.ts';
import { firstDouble, nameEnd } from './names.ts';
import { NamespaceScope } from './scope.ts';
import { xmlDeclaration } from './source.ts';
import { placeOf, XmlSyntaxError } from './syntax.ts';
import { XmlComment, XmlElement, XmlInstruction, XmlText, type XmlAttribute, type XmlNode } from './tree.ts';

const XML_URI = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_URI = 'http://www.w3.org/2000/xmlns/';

/**
 * document ::= XMLDecl? Misc* element Misc*        Misc ::= Comment | PI | S
 * element  ::= '<' Name (S Name '=' value)* S? ('/>' | '>' content '</' Name S? '>')
 * content  ::= (element | text | '&' ref ';' | '<![CDATA[' .. ']]>' | Comment | PI)*
 *
 * One pass over the string, no recursion: depth costs no stack. Checked against saxes in parse.test.ts.
 */
export class Scanner {
  readonly #source: string;
  readonly #options: ParseOptions;
  readonly #maxDepth: number;
  readonly #positions: boolean;
  #at = 0;
  // Lines are counted as elements go by: positions only ever ask forwards.
  #line = 1;
  #lineBegin = 0;
  #lineEnd: number;
  readonly #scope: NamespaceScope = new NamespaceScope();
  /** For each open element, where its declarations begin. */
  readonly #marks: number[] = [];
  /** The name of each open element as its end tag must repeat it. */
  readonly #names: string[] = [];
  // Whether to look at all for what is rare.
  readonly #hasReferences: boolean;
  readonly #hasCdataEnds: boolean;

  constructor(source: string, options: ParseOptions) {
    this.#source = source;
    this.#options = options;
    this.#maxDepth = options.maxDepth ?? 500;
    this.#positions = options.positions ?? true;
    this.#hasReferences = source.includes('&');
    this.#hasCdataEnds = source.includes(']]>');
    this.#lineEnd = this.#positions ? source.indexOf('\n') : -1;
  }

  document(): XmlDocument {
    this.#refuseForbidden();
    if (/^<\?xml\s/.test(this.#source)) this.#declaration();
    const before = this.#misc();
    if (this.#at >= this.#source.length)
      this.#fail('there is no element', this.#at, 'An XML document holds one element.');
    if (this.#source.charCodeAt(this.#at) !== 60) this.#fail('text is not allowed before the first element', this.#at);
    const root = this.#tree();
    const after = this.#misc();
    if (this.#at < this.#source.length) {
      const text = this.#source.charCodeAt(this.#at) === 60 ? 'a second element' : 'text';
      this.#fail(`${text} is not allowed after </${root.name}>`, this.#at, 'A document has one outermost element.');
    }
    return { root, before, after };
  }

  /** From the root's "<" to the end of its end tag. */
  #tree(): XmlElement {
    const source = this.#source;
    let current: XmlElement | null = null;
    for (;;) {
      // Here #at is at a "<".
      const next = source.charCodeAt(this.#at + 1);
      if (next === 47) {
        if (current === null) this.#fail('an end tag without a start tag', this.#at);
        this.#endTag(current);
        if (current.parent === null) return current;
        current = current.parent;
      } else if (next === 33 || next === 63) {
        this.#markup(current);
      } else {
        const element = this.#startTag(current);
        if (element !== null) {
          current = element;
        } else if (current === null) {
          return this.#root!;
        }
      }
      const open: XmlElement = current!;
      const from = this.#at;
      const to = source.indexOf('<', from);
      if (to === -1) this.#unclosed(open);
      if (to > from) this.#text(open, from, to);
      this.#at = to;
    }
  }

  /** The root when it was an empty-element tag. */
  #root: XmlElement | undefined;

  /** Reads a start tag; returns the element when it stays open, null when it was `<a/>`. */
  #startTag(parent: XmlElement | null): XmlElement | null {
    const source = this.#source;
    const begin = this.#at;
    const nameFrom = begin + 1;
    let at = nameEnd(source, nameFrom);
    if (at === nameFrom) this.#fail('"<" must be followed by a name', begin, 'Write &lt; for the character itself.');
    const name = source.slice(nameFrom, at);
    const colon = name.indexOf(':');
    const local = colon === -1 ? name : name.slice(colon + 1);
    const prefix = colon === -1 ? '' : name.slice(0, colon);
    const element = new XmlElement(local, '', prefix);
    if (colon !== -1) this.#checkColon(name, local, prefix, nameFrom);
    if (this.#positions) this.#place(element, begin);
    const mark = this.#scope.mark;

    let code = source.charCodeAt(at);
    while (code !== 62 && code !== 47) {
      const blank = at;
      while (code === 32 || code === 10 || code === 9) code = source.charCodeAt(++at);
      if (code === 62 || code === 47) break;
      if (Number.isNaN(code)) this.#fail(`the tag <${name}> is not finished`, begin, 'It ends with ">" or "/>".');
      if (at === blank) this.#fail(`a blank is missing in the tag <${name}>`, at);
      at = this.#attribute(element, at);
      code = source.charCodeAt(at);
    }

    element.uri = this.#scope.lookup(prefix) ?? this.#undeclared(prefix, nameFrom);
    if (element.attributes.length > 0) this.#resolveAttributes(element, begin);
    element.parent = parent;
    if (parent !== null) parent.children.push(element);
    if (code === 62) {
      this.#at = at + 1;
      this.#names.push(name);
      if (this.#marks.push(mark) > this.#maxDepth) {
        const hint = 'No sane document is that deep; raise maxDepth if this one is.';
        this.#fail(`elements are nested more than ${this.#maxDepth} deep`, begin, hint);
      }
      return element;
    }
    if (source.charCodeAt(at + 1) !== 62) this.#fail(`"/" in the tag <${name}> must be followed by ">"`, at);
    this.#at = at + 2;
    this.#scope.leave(mark);
    if (parent === null) this.#root = element;
    return null;
  }

  /** Reads name="value" at `from`; returns the index after it. Declarations go to the element's map and the scope. */
  #attribute(element: XmlElement, from: number): number {
    const source = this.#source;
    let at = nameEnd(source, from);
    if (at === from) this.#fail(`"${source[from]}" is not allowed in the tag <${element.name}>`, from);
    const name = source.slice(from, at);
    at = this.#blanks(at);
    if (source.charCodeAt(at) !== 61) {
      this.#fail(`the attribute ${name} has no value`, from, `Write ${name}="..." with the value in quotes.`);
    }
    at = this.#blanks(at + 1);
    const quote = source.charCodeAt(at);
    if (quote !== 34 && quote !== 39) {
      this.#fail(`the value of the attribute ${name} is not in quotes`, at, `Write ${name}="...".`);
    }
    const end = source.indexOf(quote === 34 ? '"' : "'", at + 1);
    if (end === -1) this.#fail(`the value of the attribute ${name} is not closed`, at, 'A quote is missing.');
    const value = this.#attributeValue(source.slice(at + 1, end), at + 1, name);

    const colon = name.indexOf(':');
    const prefix = colon === -1 ? '' : name.slice(0, colon);
    const local = colon === -1 ? name : name.slice(colon + 1);
    if (colon !== -1) this.#checkColon(name, local, prefix, from);
    if (prefix === 'xmlns' || name === 'xmlns') {
      this.#declare(element, prefix === '' ? '' : local, value, from);
    } else {
      const attribute: XmlAttribute = {
        kind: 'attribute',
        name,
        local,
        prefix,
        uri: '',
        value,
        parent: element,
        line: 0,
        column: 0,
      };
      if (this.#positions) this.#place(attribute, from);
      element.attributes.push(attribute);
    }
    return end + 1;
  }

  #declare(element: XmlElement, prefix: string, uri: string, at: number): void {
    const shown = prefix === '' ? 'xmlns' : `xmlns:${prefix}`;
    if (element.declared?.has(prefix)) this.#fail(`${shown} is declared twice on <${element.name}>`, at);
    if (prefix === 'xmlns' || uri === XMLNS_URI)
      this.#fail('the prefix xmlns and its namespace cannot be declared', at);
    if ((prefix === 'xml') !== (uri === XML_URI)) this.#fail('the prefix xml and its namespace belong together', at);
    if (prefix !== '' && uri === '') this.#fail(`${shown} needs a namespace`, at, 'Only xmlns="" may be empty.');
    element.declare(prefix, uri);
    this.#scope.declare(prefix, uri);
  }

  #resolveAttributes(element: XmlElement, begin: number): void {
    const all = element.attributes;
    for (const a of all) {
      if (a.prefix === '') continue;
      a.uri = this.#scope.lookup(a.prefix) ?? this.#undeclared(a.prefix, begin, a);
    }
    if (all.length === 1) return;
    const double = firstDouble(all);
    if (double) this.#fail(`the attribute ${double.name} stands twice in <${element.name}>`, begin, undefined, double);
  }

  #endTag(open: XmlElement): void {
    const source = this.#source;
    const name = this.#names.pop()!;
    const to = this.#at + 2 + name.length;
    if (!source.startsWith(name, this.#at + 2)) this.#failEndTag(open, name);
    let code = source.charCodeAt(to);
    let end = to;
    if (code !== 62) {
      end = this.#blanks(to);
      code = source.charCodeAt(end);
      if (end === to) this.#failEndTag(open, name);
      if (code !== 62) this.#fail(`the end tag </${name}> must end with ">"`, this.#at);
    }
    this.#at = end + 1;
    this.#scope.leave(this.#marks.pop()!);
  }

  #failEndTag(open: XmlElement, name: string): never {
    const from = this.#at + 2;
    const found = this.#source.slice(from, nameEnd(this.#source, from));
    const line = this.#positions ? ` (opened on line ${open.line})` : '';
    this.#fail(`<${name}> is not closed: found </${found}>`, this.#at, `Write </${name}> first${line}.`);
  }

  /** A comment, instruction or CDATA section inside `parent`, or a DOCTYPE in the wrong place. */
  #markup(parent: XmlElement | null): void {
    const source = this.#source;
    const begin = this.#at;
    if (source.startsWith('<![CDATA[', begin) && parent !== null) {
      const end = this.#find(']]>', begin + 9, 'the CDATA section is not closed', 'It ends with "]]>".');
      this.#addText(parent, source.slice(begin + 9, end));
      this.#at = end + 3;
      return;
    }
    const node = this.#aside();
    if (parent !== null) parent.append(node);
  }

  /** The comment or instruction at #at; nothing else may stand outside the root. */
  #aside(): XmlComment | XmlInstruction {
    const source = this.#source;
    const begin = this.#at;
    if (source.startsWith('<!--', begin)) {
      const end = this.#find('--', begin + 4, 'the comment is not closed', 'It ends with "-->".');
      if (source.charCodeAt(end + 2) !== 62) this.#fail('"--" is not allowed inside a comment', end);
      this.#at = end + 3;
      return new XmlComment(source.slice(begin + 4, end));
    }
    if (source.startsWith('<?', begin)) {
      const to = nameEnd(source, begin + 2);
      const target = source.slice(begin + 2, to);
      if (target === '' || target.includes(':')) this.#fail('"<?" must be followed by a name without a colon', begin);
      if (/^xml$/i.test(target)) {
        this.#fail('an XML declaration is only allowed at the very start', begin, 'Remove what stands before it.');
      }
      const end = this.#find('?>', to, `the instruction <?${target} is not closed`, 'It ends with "?>".');
      const value = this.#blanks(to);
      if (value === to && end !== to) this.#fail(`a blank is missing after <?${target}`, to);
      this.#at = end + 2;
      return new XmlInstruction(target, source.slice(Math.min(value, end), end));
    }
    if (source.startsWith('<!DOCTYPE', begin)) {
      const hint = 'Remove it; write entities as characters or as &#...;.';
      this.#fail('DOCTYPE is not allowed: it can name files and expand without end', begin, hint);
    }
    this.#fail('"<!" begins neither a comment nor a CDATA section here', begin);
  }

  #misc(): XmlNode[] {
    const nodes: XmlNode[] = [];
    for (;;) {
      this.#at = this.#blanks(this.#at);
      const next = this.#source.charCodeAt(this.#at + 1);
      if (this.#source.charCodeAt(this.#at) !== 60 || (next !== 33 && next !== 63)) return nodes;
      nodes.push(this.#aside());
    }
  }

  #declaration(): void {
    const found = xmlDeclaration.exec(this.#source);
    if (!found) this.#fail('the XML declaration is not right', 0, 'Write <?xml version="1.0" encoding="UTF-8"?>.');
    this.#at = found[0].length;
  }

  #text(parent: XmlElement, from: number, to: number): void {
    const raw = this.#source.slice(from, to);
    if (this.#hasCdataEnds) {
      const end = raw.indexOf(']]>');
      if (end !== -1) this.#fail('"]]>" is not allowed in text', from + end, 'Write ]]&gt;.');
    }
    this.#addText(parent, this.#hasReferences && raw.includes('&') ? this.#references(raw, from) : raw);
  }

  /** Text next to text is one node, however many CDATA sections it came from. */
  #addText(parent: XmlElement, value: string): void {
    if (value === '') return;
    const last = parent.children.at(-1);
    if (last?.kind === 'text') {
      last.value += value;
      return;
    }
    const text = new XmlText(value);
    text.parent = parent;
    parent.children.push(text);
  }

  #attributeValue(raw: string, from: number, name: string): string {
    if (!/[<&\t\n]/.test(raw)) return raw;
    const angle = raw.indexOf('<');
    if (angle !== -1) {
      const hint = 'Write &lt; for the character, or close the quote before it.';
      this.#fail(`"<" is not allowed in the value of the attribute ${name}`, from + angle, hint);
    }
    const plain = raw.replace(/[\t\n]/g, ' ');
    return raw.includes('&') ? this.#references(plain, from) : plain;
  }

  #references(raw: string, from: number): string {
    return replaceReferences(raw, (shown, offset) =>
      this.#fail(`${shown} is not a character reference`, from + offset, 'Write &amp; for the character "&" itself.'),
    );
  }

  #undeclared(prefix: string, at: number, place?: XmlAttribute): never {
    this.#fail(`the prefix "${prefix}" is not declared`, at, `Add xmlns:${prefix}="..." here or further out.`, place);
  }

  #checkColon(name: string, local: string, prefix: string, at: number): void {
    if (prefix === '' || nameEnd(local, 0) !== local.length || local === '' || local.includes(':')) {
      this.#fail(`"${name}" is not a name with a prefix`, at, 'It is written prefix:name, with one colon.');
    }
  }

  #blanks(from: number): number {
    let at = from;
    for (let code = this.#source.charCodeAt(at); code === 32 || code === 10 || code === 9;) {
      code = this.#source.charCodeAt(++at);
    }
    return at;
  }

  #find(what: string, from: number, text: string, hint: string): number {
    const found = this.#source.indexOf(what, from);
    if (found === -1) this.#fail(text, this.#at, hint);
    return found;
  }

  #place(target: { line: number; column: number }, offset: number): void {
    while (this.#lineEnd !== -1 && this.#lineEnd < offset) {
      this.#line++;
      this.#lineBegin = this.#lineEnd + 1;
      this.#lineEnd = this.#source.indexOf('\n', this.#lineBegin);
    }
    target.line = this.#line;
    target.column = offset - this.#lineBegin + 1;
  }

  #refuseForbidden(): void {
    const found = forbiddenIndex(this.#source);
    if (found !== -1) {
      const code = this.#source.charCodeAt(found).toString(16).padStart(4, '0').toUpperCase();
      this.#fail(`the character U+${code} is not allowed in XML`, found, 'Remove it, or send it as base64.');
    }
    if (!this.#source.isWellFormed()) this.#fail('half of a surrogate pair is not a character', 0);
  }

  #unclosed(open: XmlElement): never {
    const at = this.#positions ? open : placeOf(this.#source, this.#source.length);
    throw new XmlSyntaxError(`<${open.name}> is not closed`, {
      line: at.line,
      column: at.column,
      file: this.#options.file,
      hint: `Add </${open.name}> where it ends.`,
    });
  }

  /** At an offset, or where a node read earlier stands, if it was noted. */
  #fail(text: string, at: number, hint?: string, node?: XmlAttribute): never {
    const place = node && this.#positions ? { line: node.line, column: node.column } : placeOf(this.#source, at);
    throw new XmlSyntaxError(text, { ...place, file: this.#options.file, hint });
  }
}
