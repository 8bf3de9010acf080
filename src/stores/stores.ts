import { param, readShape, type ParameterShape } from '../artifacts/parameters.ts';
import type { MessageStoreConfig } from '../artifacts/kinds/types.ts';
import { isInMemory } from '../artifacts/stateful.ts';
import type { MessageStore } from '../engine/ports.ts';
import type { Problem } from '../errors.ts';
import { withFailover } from './failover.ts';
import { storeKinds } from './index.ts';
import { memory } from './memory/spec.ts';
import type { StoreKind, StoreParts } from './store-kind.ts';

/** What stores of every kind take. */
const commonParameters: ParameterShape = {
  failover: param.text('store.failover.message.store.name', {
    doc: 'The store that takes messages while this one cannot be reached.',
  }),
  guaranteed: param.boolean('store.producer.guaranteed.delivery.enable', {
    doc: 'Read and not used here: a message counts as stored when its store has said so, always.',
    default: false,
  }),
};

export interface CreateStoreParts extends StoreParts {
  /** Another store of the project; asked when it is needed, since stores may name each other. */
  readonly store: (name: string) => MessageStore | undefined;
}

export function storeKindOf(config: Pick<MessageStoreConfig, 'className'>): StoreKind | undefined {
  if (isInMemory(config)) return memory;
  return storeKinds.find((kind) => kind.classes.includes(config.className!));
}

/** Makes the store a <messageStore> asks for, or says why it cannot be had. */
export function createStore(
  { className, name, parameters }: MessageStoreConfig,
  parts: CreateStoreParts,
): { readonly store: MessageStore | undefined; readonly problems: readonly Problem[] } {
  const { at } = parts;
  const kind = storeKindOf({ className });
  if (!kind) {
    const problem: Problem = {
      code: 'UNSUPPORTED_STORE',
      level: 'error',
      at,
      text: `Gantry has no message store of class ${className}.`,
      hint: `These run: ${storeKinds.map((each) => each.classes[0]).join(', ')}.`,
    };
    return { store: undefined, problems: [problem] };
  }
  const what = `The message store ${name} (${kind.name})`;
  const names = (shape: StoreKind['parameters']): string[] => Object.values(shape).flatMap((one) => one.names);
  const own = names(kind.parameters);
  const shared = Object.fromEntries(
    // A kind may read one of them itself.
    Object.entries(commonParameters).filter(([, one]) => !one.names.some((each) => own.includes(each))),
  );
  const common = readShape(shared, parameters, { what, at, alsoKnown: [...parameters.keys()] });
  const read = readShape(kind.parameters, parameters, {
    what,
    at,
    alsoKnown: names(shared),
    check: (config) => kind.check?.(config, parts) ?? [],
  });
  const problems = [...common.problems, ...read.problems];
  if (!read.config || problems.some(({ level }) => level === 'error')) return { store: undefined, problems };
  const store = kind.open(read.config, parts);
  const failover = common.config?.['failover'] as string | undefined;
  // MI's own editor writes a store's own name there.
  if (failover === undefined || failover === name) return { store, problems };
  return { store: withFailover(store, failover, parts), problems };
}
