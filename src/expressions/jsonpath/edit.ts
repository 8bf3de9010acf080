import type { JsonValue } from '../../message/json.ts';
import type { JsonPath } from './jsonpath.ts';
import { isObject, type JsonObject } from './path.ts';
import { places, type Place } from './select.ts';

/**
 * Changes at a compiled path, as enrich and the JSON mediators need them. Each returns
 * a changed copy: bodies share their JSON, so the document given stays as it is. `changed` counts the places.
 */
export interface Edited {
  readonly document: JsonValue;
  readonly changed: number;
}

/** Replaces what is at the path. A definite path to a member that is not there yet adds it to its object. */
export function setAt(path: JsonPath, original: JsonValue, value: JsonValue): Edited {
  if (path.steps.length === 0) return { document: value, changed: 1 };
  const document = copied(original);
  const found = located(path, document);
  for (const place of found) put(place, value);
  if (found.length > 0) return { document, changed: found.length };
  const last = path.steps.at(-1)!;
  if (!path.definite || last.kind !== 'name') return { document, changed: 0 };
  const parents = places(path.steps.slice(0, -1), { root: document, message: undefined });
  const objects = parents.map((p) => p.value).filter(isObject);
  for (const object of objects) putMember(object, last.name, value);
  return { document, changed: objects.length };
}

/**
 * Adds a child: appended to an array; merged into an object when it is one itself. Anything else cannot have children
 * and stays. Source: Synapse EnrichMediator's action="child".
 */
export function addChild(path: JsonPath, original: JsonValue, child: JsonValue): Edited {
  const document = copied(original);
  let changed = 0;
  for (const { value } of places(path.steps, { root: document, message: undefined })) {
    if (Array.isArray(value)) {
      value.push(...(Array.isArray(child) ? child : [child]));
      changed++;
    } else if (isObject(value) && isObject(child)) {
      for (const [name, member] of Object.entries(child)) putMember(value, name, member);
      changed++;
    }
  }
  return { document, changed };
}

/** Adds next to what is at the path: after it in an array, as further members in an object. */
export function addSibling(path: JsonPath, original: JsonValue, sibling: JsonValue): Edited {
  const document = copied(original);
  let changed = 0;
  for (const place of located(path, document).toReversed()) {
    if (Array.isArray(place.parent)) {
      place.parent.splice(Number(place.key) + 1, 0, ...(Array.isArray(sibling) ? sibling : [sibling]));
      changed++;
    } else if (place.parent && isObject(sibling)) {
      for (const [name, member] of Object.entries(sibling)) putMember(place.parent, name, member);
      changed++;
    }
  }
  return { document, changed };
}

/** Deletes what is at the path, and at the other paths of a list, one after the other; the whole document becomes {}. */
export function deleteAt(path: JsonPath, original: JsonValue): Edited {
  if (path.steps.length === 0) return { document: {}, changed: 1 };
  const document = copied(original);
  return { document, changed: [path, ...path.others].reduce((sum, each) => sum + removeFrom(each, document), 0) };
}

function removeFrom(path: JsonPath, document: JsonValue): number {
  const found = located(path, document);
  // From the back, so that the indexes of earlier items stay true.
  for (const { parent, key } of byIndex(found)) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else if (parent) delete parent[key];
  }
  return found.length;
}

/** Renames the members at the path. */
export function renameAt(path: JsonPath, original: JsonValue, name: string): Edited {
  const document = copied(original);
  const found = located(path, document).filter((place) => isObject(place.parent ?? null));
  for (const { parent, key, value } of found) {
    const entries = Object.entries(parent as JsonObject);
    for (const [member] of entries) delete (parent as JsonObject)[member];
    for (const [member, old] of entries)
      putMember(parent as JsonObject, member === key ? name : member, member === key ? value : old);
  }
  return { document, changed: found.length };
}

/** Numbers with their own text are never changed, so they are shared. */
function copied(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(copied);
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const name of Object.keys(value)) putMember(copy, name, copied(value[name]!));
  return copy;
}

/** Places that have a parent to change, each once. */
function located(path: JsonPath, document: JsonValue): Place[] {
  const seen = new Map<object, Set<string | number>>();
  return places(path.steps, { root: document, message: undefined }).filter(({ parent, key }) => {
    if (parent === undefined) return false;
    const keys = seen.get(parent) ?? new Set();
    seen.set(parent, keys);
    if (keys.has(key)) return false;
    keys.add(key);
    return true;
  });
}

function byIndex(found: readonly Place[]): Place[] {
  return found.toSorted((a, b) => (typeof a.key === 'number' && typeof b.key === 'number' ? b.key - a.key : 0));
}

function put(place: Place, value: JsonValue): void {
  if (Array.isArray(place.parent)) place.parent[Number(place.key)] = value;
  else if (place.parent) putMember(place.parent, String(place.key), value);
}

/** Defined rather than assigned: a member called __proto__ is only a member. */
function putMember(object: JsonObject, name: string, value: JsonValue): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}
