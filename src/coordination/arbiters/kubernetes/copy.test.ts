import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ObjectCopy } from './copy.ts';
import type { KubernetesObject } from './objects.ts';

const object = (name: string, version: number, uid = `uid-${name}`): KubernetesObject => ({
  metadata: { name, uid, resourceVersion: String(version) },
});
const shown = (copy: ObjectCopy): string[] =>
  [...copy.objects].map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).toSorted();

function copyOf(...listed: KubernetesObject[]): ObjectCopy {
  const copy = new ObjectCopy(() => {});
  copy.replace(listed, '10');
  return copy;
}

test('an older event does not undo one’s own write', () => {
  const copy = copyOf(object('a', 5));
  copy.put(object('a', 14));
  copy.put(object('a', 12));
  assert.deepEqual(shown(copy), ['a@14']);
});

test('the answer to a write that comes after the event of its deletion brings nothing back', () => {
  const copy = copyOf(object('a', 5));
  copy.put(object('a', 12));
  copy.deleted(object('a', 13));
  copy.reached('13');
  copy.put(object('a', 12));
  assert.deepEqual(shown(copy), []);
});

test('what was deleted here does not come back by events from before', () => {
  const copy = copyOf(object('a', 5));
  copy.deletedHere('a', 'uid-a');
  copy.put(object('a', 11));
  assert.deepEqual(shown(copy), []);
});

test('a successor of the same name is another object', () => {
  const copy = copyOf(object('a', 5));
  copy.deletedHere('a', 'uid-a');
  copy.put(object('a', 12, 'uid-new'));
  copy.deleted(object('a', 11));
  assert.deepEqual(shown(copy), ['a@12']);
});

test('versions are compared as numbers, not as words', () => {
  const copy = copyOf(object('a', 9));
  copy.put(object('a', 100));
  copy.put(object('a', 99));
  assert.deepEqual(shown(copy), ['a@100']);
});

test('a list takes away what is gone and leaves what was written since', () => {
  const copy = copyOf(object('a', 5), object('b', 6));
  copy.put(object('c', 25));
  copy.replace([object('b', 15)], '20');
  assert.deepEqual(shown(copy), ['b@15', 'c@25']);
});

test('events from before the list change nothing', () => {
  const copy = copyOf();
  copy.put(object('a', 8));
  copy.deleted(object('b', 9));
  assert.deepEqual(shown(copy), []);
});

test('a copy agrees only with the same names and nothing newer', () => {
  const copy = copyOf(object('a', 5), object('b', 6));
  assert.equal(copy.agrees([object('a', 5), object('b', 6)]), true);
  assert.equal(copy.agrees([object('a', 4), object('b', 6)]), true, 'a cache may lag behind');
  assert.equal(copy.agrees([object('a', 5), object('b', 7)]), false);
  assert.equal(copy.agrees([object('a', 5)]), false);
  assert.equal(copy.agrees([object('a', 5), object('b', 6), object('c', 7)]), false);
});

test('every change is told with what was before', () => {
  const told: string[] = [];
  const word = (one: KubernetesObject | undefined): string => one?.metadata.resourceVersion ?? '-';
  const copy = new ObjectCopy((before, after) => told.push(`${word(before)} ${word(after)}`));
  copy.replace([object('a', 5)], '10');
  copy.put(object('a', 11));
  copy.put(object('a', 11));
  copy.deletedHere('a', 'uid-a');
  assert.deepEqual(told, ['- 5', '5 11', '11 -']);
});
