import type { Position } from '../../errors.ts';
import { cloneNode, type XmlElement } from '../../message/xml/tree.ts';
import { closest } from '../shape/closest.ts';

/** Where the values of placeholders come from. */
export interface PlaceholderValues {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fileProperties: ReadonlyMap<string, string>;
  readonly configs: ReadonlyMap<string, string>;
  /** Declared in config.properties, with or without a value. */
  readonly declared: ReadonlySet<string>;
}

/** What there is to say of a placeholder without a value. */
export interface Unset {
  readonly code: string;
  readonly text: string;
  readonly hint: string;
}

const WHOLE = /^\s*\$(SYSTEM|FILE|config):([\w.-]+)\s*$/;
const CONFIG = /\$\{configs?\.([\w-]+)\}/g;

/** True when a file is worth copying and searching. Most have no placeholder at all. */
export function hasPlaceholders(text: string): boolean {
  return /\$(SYSTEM|FILE|config):|\$\{configs?\./.test(text);
}

/**
 * A copy with `$SYSTEM:x`, `$FILE:x` and `$config:x` filled in where they stand alone in an attribute or text, and
 * `${configs.x}` where no expression is expected (parameters, triggers). Expressions keep theirs: they are evaluated
 * per message. Every placeholder without a value is reported.
 * Source: Synapse ResolverFactory and SystemVariableResolver, FilePropertyResolver.
 */
export function fillPlaceholders(
  root: XmlElement,
  values: PlaceholderValues,
  report: (at: Pick<Position, 'line' | 'column'>, problem: Unset) => void,
): XmlElement {
  const filled = cloneNode(root);
  fill(filled);
  return filled;

  function fill(element: XmlElement): void {
    for (const attribute of element.attributes) {
      if (!attribute.value.includes('$')) continue;
      const isExpression = /^(expression|xpath|source|key-expression)$/.test(attribute.local);
      attribute.value = replaced(attribute.value, attribute, isExpression, element.local === 'trigger');
    }
    const only = element.children.length === 1 ? element.children[0] : undefined;
    if (only?.kind === 'text' && only.value.includes('$')) {
      only.value = replaced(only.value, element, false, element.local === 'parameter' || element.local === 'property');
    }
    for (const child of element.children) if (child.kind === 'element') fill(child);
  }

  function replaced(
    text: string,
    at: XmlElement | XmlElement['attributes'][number],
    isExpression: boolean,
    plain: boolean,
  ): string {
    const whole = WHOLE.exec(text);
    if (whole && !isExpression) return lookUp(whole[1]!, whole[2]!, at) ?? text;
    for (const [, name] of text.matchAll(CONFIG)) lookUp('config', name!, at);
    if (!plain) return text;
    return text.replace(CONFIG, (written, name: string) => values.configs.get(name) ?? written);
  }

  function lookUp(kind: string, name: string, at: Pick<Position, 'line' | 'column'>): string | undefined {
    const value =
      kind === 'SYSTEM'
        ? values.env[name]
        : kind === 'FILE'
          ? values.fileProperties.get(name)
          : values.configs.get(name);
    if (value === undefined) report(at, unset(kind, name, values));
    return value;
  }
}

function unset(kind: string, name: string, values: PlaceholderValues): Unset {
  if (kind === 'SYSTEM') {
    const hint = `Set the environment variable ${name}, or put it into a file for --env-file.`;
    return unsetProblem('UNSET_PLACEHOLDER', `$SYSTEM:${name} has no value.`, hint);
  }
  if (kind === 'FILE') {
    const near = closest(name, [...values.fileProperties.keys()]);
    const hint = near === undefined ? `Add ${name}=... to conf/file.properties.` : `Did you mean "${near}"?`;
    return unsetProblem('UNDECLARED_PLACEHOLDER', `$FILE:${name} has no value.`, hint);
  }
  if (values.declared.has(name)) {
    const hint = `config.properties declares it; set the environment variable ${name}, or add it to file.properties.`;
    return unsetProblem('UNSET_PLACEHOLDER', `The config "${name}" has no value.`, hint);
  }
  const near = closest(name, [...values.declared]);
  const hint =
    near === undefined
      ? `Declare it in src/main/wso2mi/resources/conf/config.properties, and set the environment variable ${name}.`
      : `Did you mean "${near}"?`;
  return unsetProblem(
    'UNDECLARED_PLACEHOLDER',
    `The config "${name}" is not declared, so that nothing can give it a value.`,
    hint,
  );
}

/** UNDECLARED_PLACEHOLDER: what the project itself does not have, whatever is set where it runs. */
function unsetProblem(code: string, text: string, hint: string): Unset {
  return { code, text, hint };
}
