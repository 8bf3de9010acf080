import type { XmlElement } from '../../message/xml/tree.ts';
import { readValue } from '../shape/fields.ts';
import type { ElementReader } from '../shape/reader.ts';
import type { Field, Visitor } from '../shape/spec.ts';
import { readSteps } from '../shape/steps.ts';
import type { FlowConfig } from './types.ts';

/**
 * A flow of an API resource or a proxy's target: the attribute inSequence="name", or the child <inSequence> with
 * steps (or with key="name"). The attribute wins, as in Synapse.
 */
export function flow(o: { readonly doc: string; readonly name?: string }): Field<FlowConfig | undefined> {
  return {
    place: 'child',
    type: 'steps, or the name of a sequence',
    doc: o.doc,
    required: false,
    name: o.name,
    read(from, name) {
      const named = from.attribute(name);
      const inPlace = from.child(name);
      if (named && named.value.trim() !== '')
        return { key: readValue(named.value.trim(), named, from), at: from.positionOf(named) };
      return inPlace && readFlow(inPlace, from);
    },
    write(config, to, name) {
      if (!config) return;
      if (config.key) {
        to.attribute(name, config.key.fixed ?? `{${config.key.expression?.source}}`);
        return;
      }
      to.child(name, (w) => {
        w.attribute('onError', config.onError);
        w.steps(config.steps.steps);
      });
    },
    visit: (config, visitor) => visitFlow(config, visitor),
  };
}

function readFlow(element: XmlElement, from: ElementReader): FlowConfig {
  const inside = from.inside(element);
  const key = inside.attribute('key');
  if (key) return { key: readValue(key.value.trim(), key, inside), at: inside.positionOf(key) };
  for (const ignored of ['name', 'description', 'trace', 'statistics']) inside.attribute(ignored);
  const onError = inside.attribute('onError')?.value;
  const steps = readSteps(inside.remaining(), inside);
  inside.finish();
  return { steps, onError, at: inside.at };
}

export function visitFlow(config: FlowConfig | undefined, visitor: Visitor): void {
  if (!config) return;
  const at = config.at ?? { file: '', line: 0, column: 0 };
  if (config.key) {
    if (config.key.expression) visitor.expression?.(config.key.expression);
    visitor.reference?.('sequence', config.key, at);
    return;
  }
  if (config.onError) visitor.reference?.('sequence', { fixed: config.onError }, at);
  visitor.steps?.(config.steps);
}
