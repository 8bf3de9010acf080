import type { XmlElement } from '../../message/xml/tree.ts';
import { readElement, suggestion, type ElementReader } from './reader.ts';
import type { Field, Step, Steps, Visitor } from './spec.ts';
import { visitShape } from './fields.ts';
import { isUnsupported } from './vocabulary.ts';

/** Deeper nesting than any hand writes, well before the call stack ends. */
const DEEPEST = 200;

/** Reads one mediator element; undefined (and a problem) when no vocabulary knows it. */
export function readStep(element: XmlElement, from: ElementReader): Step | undefined {
  const { vocabulary } = from.context;
  const found = vocabulary.mediator(element.local);
  if (found === undefined) {
    reportUnknown(element, from);
    return undefined;
  }
  if (isUnsupported(found)) {
    from.problem('UNSUPPORTED_MEDIATOR', `<${element.name}> is a mediator of Synapse that Gantry does not run.`, {
      on: element,
      hint: found.hint,
    });
    return undefined;
  }
  if (depth(element) > DEEPEST) {
    from.problem('TOO_DEEP', `Mediators are nested more than ${DEEPEST} deep.`, { on: element });
    return undefined;
  }
  return { spec: found, config: readElement(found, from.inside(element)), at: from.positionOf(element) };
}

function reportUnknown(element: XmlElement, from: ElementReader): void {
  const [connector, operation] = element.local.split('.', 2);
  if (operation !== undefined) {
    from.problem(
      'UNSUPPORTED_CONNECTOR',
      `<${element.name}> is an operation of the connector "${connector}", which Gantry does not run.`,
      {
        on: element,
        hint: 'Use <call> with an endpoint instead.',
      },
    );
    return;
  }
  from.problem('UNKNOWN_MEDIATOR', `<${element.name}> is not a mediator Gantry knows.`, {
    on: element,
    hint: suggestion(
      element.local,
      from.context.vocabulary.mediatorTags(),
      'Check the spelling; the reference lists every mediator.',
    ),
  });
}

/** Reads every element of a list as a mediator; bad ones are reported and left out. */
export function readSteps(elements: readonly XmlElement[], from: ElementReader): Steps {
  const steps: Step[] = [];
  for (const element of elements) {
    const step = readStep(element, from);
    if (step) steps.push(step);
  }
  return { steps, at: from.at };
}

export function visitSteps(steps: Steps, visitor: Visitor): void {
  for (const step of steps.steps) visitStep(step, visitor);
}

/** Shows a visitor what one step holds: its expressions, references and branches. */
export function visitStep(step: Step, visitor: Visitor): void {
  const inside: Visitor = {
    ...visitor,
    reference: (kind, key, at) => visitor.reference?.(kind, key, at.line === 0 ? step.at : at),
  };
  if (step.spec.codec) step.spec.codec.visit?.(step.config, inside);
  else visitShape(step.spec.shape, step.config, inside);
}

/** Steps inside a child element: <then>, <inSequence>, <onAccept>. */
export function branch(o: {
  readonly doc: string;
  readonly name?: string;
  readonly required?: boolean;
}): Field<Steps | undefined> {
  return {
    place: 'child',
    type: 'steps',
    doc: o.doc,
    required: o.required ?? false,
    name: o.name,
    read(from, name) {
      const found = from.child(name);
      if (!found) {
        if (o.required)
          from.problem('MISSING_ELEMENT', `<${from.element.local}> needs a child <${name}>.`, { hint: o.doc });
        return undefined;
      }
      const inside = from.inside(found);
      return readSteps(inside.remaining(), inside);
    },
    write: (steps, to, name) => (steps ? to.child(name, (w) => w.steps(steps.steps)) : undefined),
    visit: (steps, visitor) => (steps ? visitor.steps?.(steps) : undefined),
  };
}

/** The element's own children are steps: <sequence>, <in>. */
export function ownSteps(o: { readonly doc: string }): Field<Steps> {
  return {
    place: 'content',
    type: 'steps',
    doc: o.doc,
    required: false,
    read: (from) => readSteps(from.remaining(), from),
    write: (steps, to) => to.steps(steps.steps),
    visit: (steps, visitor) => visitor.steps?.(steps),
  };
}

function depth(element: XmlElement): number {
  let n = 0;
  for (let e = element.parent; e; e = e.parent) n++;
  return n;
}
