import { readShape, type ParameterShape, type ParametersOf } from '../artifacts/parameters.ts';
import { Fault } from '../errors.ts';

/** Endpoints keep the URL of an address: it is read once. */
const known = new WeakMap<URL, unknown>();

/** Faults SEND_FAILED when the parameters after the question mark of an address cannot be used. */
export function readAddress<S extends ParameterShape>(
  shape: S,
  url: URL,
  complete: (given: ReadonlyMap<string, string>) => ReadonlyMap<string, string> = (given) => given,
): ParametersOf<S> {
  const before = known.get(url) as ParametersOf<S> | undefined;
  if (before) return before;
  // URLSearchParams would read a plus as a space; MI does not.
  const query = url.search.slice(1).replaceAll('+', '%2B');
  const at = { file: `${url.protocol}${url.pathname}`, line: 1, column: 1 };
  const { config, problems } = readShape(shape, complete(new Map(new URLSearchParams(query))), {
    what: 'The address',
    at,
  });
  const worst = problems.find(({ level }) => level === 'error');
  if (config && !worst) {
    known.set(url, config);
    return config;
  }
  throw new Fault('SEND_FAILED', {
    text: `${worst?.text ?? 'The address cannot be read.'} ${worst?.hint ?? ''}`.trim(),
  });
}
