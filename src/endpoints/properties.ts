import { compileExpression } from '../expressions/compile.ts';
import type { Expression } from '../expressions/expression.ts';
import type { EndpointConfig } from '../artifacts/shape/spec.ts';
import type { Logger } from '../log.ts';
import type { Message, Value } from '../message/message.ts';

/** Sets a property of an endpoint on the message that is about to go. */
export interface EndpointProperty {
  readonly name: string;
  readonly scope: string;
  readonly value: string | undefined;
  readonly expression: Expression | undefined;
}

/** The <property> children of <endpoint>. What cannot be compiled was reported by the reader; here it is only logged. */
export function propertiesOf({ element }: EndpointConfig, log: Logger): readonly EndpointProperty[] {
  const properties: EndpointProperty[] = [];
  for (const child of element.elements()) {
    const name = child.local === 'property' ? child.attribute('name') : undefined;
    if (name === undefined) continue;
    const source = child.attribute('expression');
    const compiled = source === undefined ? undefined : compileExpression(source, { namespaces: child.scope() });
    if (compiled && !compiled.ok) log.warn(`BAD_EXPRESSION property ${name} of an endpoint: ${compiled.problem.text}`);
    properties.push({
      name,
      scope: child.attribute('scope') ?? 'default',
      value: child.attribute('value'),
      expression: compiled?.ok,
    });
  }
  return properties;
}

/** Undefined when nothing had to be waited for. */
export function applyProperties(
  properties: readonly EndpointProperty[],
  message: Message,
  signal: AbortSignal,
): Promise<void> | undefined {
  if (properties.length === 0) return undefined;
  const loading = properties.some((p) => p.expression?.needsBody) ? message.body.load(signal) : undefined;
  const set = (): void => {
    for (const { name, scope, value, expression } of properties) {
      const found = expression ? expression.evaluate(message) : (value ?? null);
      if (scope === 'transport') message.headers.set(name, expression ? expression.text(message) : (value ?? ''));
      else if (found !== null) scopeOf(message, scope).set(name, found);
    }
  };
  if (loading) return loading.then(set);
  set();
  return undefined;
}

function scopeOf(message: Message, scope: string): Map<string, Value> {
  switch (scope) {
    case 'axis2':
      return message.axis2;
    case 'axis2-client':
      return message.axis2Client;
    case 'operation':
      return message.conversation.operation;
    default:
      return message.properties;
  }
}
