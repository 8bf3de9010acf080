/** From tags in a row to blocks in each other, and from them to what writes the result. */
import { SyntaxTrouble } from '../syntax.ts';
import { number, text } from './convert.ts';
import { valueOf } from './expression.ts';
import {
  assign,
  callMacro,
  chosen,
  define,
  given,
  listed,
  setting,
  switched,
  type Case,
  type Listing,
} from './directives.ts';
import type { Block, Render } from './render.ts';
import { sequenceOf } from './render.ts';
import type { Token } from './scan.ts';
import type { Tag, TagOf } from './tags.ts';
import { TemplateTrouble } from './trouble.ts';

export interface Built {
  readonly body: Block;
  /** Macros and functions are known from the start, wherever they stand. */
  readonly definitions: readonly Render[];
  /** What stands in <#ftl ...>. */
  readonly header: TagOf<'ftl'> | undefined;
}

type Opened = Extract<Token, { kind: 'open' }>;

/** Throws SyntaxTrouble. */
export function build(tokens: readonly Token[]): Built {
  return new Builder(tokens).all();
}

class Builder {
  readonly #tokens: readonly Token[];
  #next = 0;
  readonly #definitions: Render[] = [];
  #header: Built['header'];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  all(): Built {
    const body = this.#block([]);
    const left = this.#tokens[this.#next];
    if (left) throw this.#stray(left);
    return { body, definitions: this.#definitions, header: this.#header };
  }

  /** Up to a tag that belongs to the block around it, or to a closing tag. */
  #block(ends: readonly Tag['is'][]): Block {
    const parts: Render[] = [];
    for (;;) {
      const token = this.#tokens[this.#next];
      if (!token || token.kind === 'close' || (token.kind === 'open' && ends.includes(token.tag.is))) break;
      this.#next++;
      const part = this.#part(token);
      if (part) parts.push(part);
    }
    return sequenceOf(parts);
  }

  #part(token: Token): Render | undefined {
    if (token.kind === 'text') {
      const written = token.text;
      return (run) => run.write(written);
    }
    if (token.kind === 'value') {
      const { expr, isNumber } = token;
      if (isNumber) return (run) => run.write(run.numberText(number(expr, run)));
      return (run) => run.write(text(expr, run));
    }
    return token.kind === 'open' ? this.#directive(token) : undefined;
  }

  #directive(opened: Opened): Render | undefined {
    const { tag, isWhole } = opened;
    switch (tag.is) {
      case 'if':
        return this.#if(tag, opened);
      case 'list':
        return this.#list(tag, opened);
      case 'items':
        throw new SyntaxTrouble('<#items> stands inside a <#list> without "as".', opened.at);
      case 'assign':
      case 'global':
      case 'local':
        return tag.captures === undefined ? assign(tag) : assign(tag, this.#upTo(opened));
      case 'switch':
        return this.#switch(tag, opened);
      case 'macro':
      case 'function':
        this.#definitions.push(define(tag, this.#upTo(opened)));
        return undefined;
      case 'call':
        return callMacro(tag, isWhole ? undefined : this.#upTo(opened));
      case 'nested':
        return (run) => run.nested(tag.values.map((value) => value.run(run)));
      case 'return':
        return (run) => {
          run.returned = tag.value && valueOf(tag.value, run);
          return 'return';
        };
      case 'stop':
        return (run) => {
          throw new TemplateTrouble(`the template stops: ${tag.value ? text(tag.value, run) : '<#stop>'}`, opened.at);
        };
      case 'break':
        return () => 'break';
      case 'continue':
        return () => 'continue';
      case 'attempt':
        return this.#attempt(opened);
      case 'compress': {
        const body = this.#upTo(opened);
        return given(
          (run, out) => run.write(out.replace(/\s+/g, (blanks) => (blanks.includes('\n') ? '\n' : ' ')).trim()),
          body,
        );
      }
      case 'setting':
        return setting(tag);
      case 'ftl':
        this.#header = tag;
        return undefined;
      case 'flush':
      case 't':
      case 'lt':
      case 'rt':
      case 'nt':
        return undefined;
      case 'sep':
        return this.#sep();
      default:
        throw this.#stray(opened);
    }
  }

  #if(tag: TagOf<'if' | 'elseif'>, opened: Opened): Render {
    const branches = [{ condition: tag.condition, body: this.#block(['elseif', 'else']) }];
    let otherwise: Block | undefined;
    for (let next = this.#take(); next; next = this.#take()) {
      if (next.tag.is === 'elseif' && !otherwise)
        branches.push({ condition: next.tag.condition, body: this.#block(['elseif', 'else']) });
      else if (next.tag.is === 'else' && !otherwise) otherwise = this.#block(['elseif', 'else']);
      else throw new SyntaxTrouble(`<#${next.tag.is}> after <#else>.`, next.at);
    }
    this.#close(opened);
    return chosen(branches, otherwise);
  }

  #list(tag: TagOf<'list'>, opened: Opened): Render {
    let listing: Listing;
    if (tag.names.length > 0) {
      listing = { source: tag.source, names: tag.names, each: this.#block(['else']) };
    } else {
      const before = this.#block(['items', 'else']);
      const items = this.#take();
      if (items?.tag.is !== 'items')
        throw new SyntaxTrouble(
          '<#list> needs the name of its loop variable.',
          opened.at,
          'Write <#list things as thing>.',
        );
      const each = this.#block([]);
      this.#close(items);
      listing = { source: tag.source, names: items.tag.names, before, each, after: this.#block(['else']) };
    }
    const otherwise = this.#take() && this.#block([]);
    this.#close(opened);
    return listed(listing, otherwise);
  }

  /** It ends with its list, or with </#sep>. */
  #sep(): Render {
    const body = this.#block(['else']);
    const next = this.#tokens[this.#next];
    if (next?.kind === 'close' && next.name === 'sep') this.#next++;
    return (run) => (run.loop()?.hasNext ? body(run) : undefined);
  }

  #switch(tag: TagOf<'switch'>, opened: Opened): Render {
    const ends: readonly Tag['is'][] = ['case', 'on', 'default'];
    this.#block(ends);
    const cases: Case[] = [];
    for (let next = this.#take(); next; next = this.#take()) {
      const { tag: one } = next;
      const values = one.is === 'case' || one.is === 'on' ? one.values : undefined;
      cases.push({ values, fallsThrough: one.is !== 'on', body: this.#block(ends) });
    }
    this.#close(opened);
    return switched(tag.value, cases);
  }

  #attempt(opened: Opened): Render {
    const body = this.#block(['recover']);
    const recover = this.#take();
    if (!recover) throw new SyntaxTrouble('<#attempt> needs a <#recover>.', opened.at);
    const instead = this.#block([]);
    const next = this.#tokens[this.#next];
    if (next?.kind === 'close' && next.name === 'recover') this.#next++;
    else this.#close(opened);
    return (run) => {
      let out: string;
      try {
        out = run.capture(() => void body(run));
      } catch (error) {
        if (!(error instanceof TemplateTrouble)) throw error;
        run.lastTrouble = error.message;
        return instead(run);
      }
      run.write(out);
      return undefined;
    };
  }

  /** The block of a tag, with its closing tag. */
  #upTo(opened: Opened): Block {
    const body = this.#block([]);
    this.#close(opened);
    return body;
  }

  /** The tag at which a block ended, unless it is a closing one. */
  #take(): Opened | undefined {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'open') return undefined;
    this.#next++;
    return token;
  }

  #close({ tag, at }: Opened): void {
    const token = this.#tokens[this.#next];
    if (token?.kind === 'close' && token.name === tag.is) {
      this.#next++;
      return;
    }
    const name = tag.is === 'call' ? `@${tag.callee.written}` : `#${tag.is}`;
    const found = token?.kind === 'close' ? ` before </#${token.name}>` : '';
    throw new SyntaxTrouble(`<${name}> is not closed${found}.`, at, `It ends with </${name}>.`);
  }

  #stray(token: Token): SyntaxTrouble {
    const name = token.kind === 'close' ? `/#${token.name}` : token.kind === 'open' ? `#${token.tag.is}` : '';
    return new SyntaxTrouble(
      `<${name}> does not belong here.`,
      token.at,
      'The tags are not closed in the order they were opened.',
    );
  }
}
