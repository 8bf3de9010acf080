import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Partition, type Fetched } from './partition.ts';

const record = (offset: number): Fetched => ({
  offset,
  timestamp: 0,
  timestampType: 'CreateTime',
  key: null,
  value: Buffer.from(String(offset)),
  headers: [],
});
const offsetsOf = (records: readonly Fetched[]): readonly number[] => records.map(({ offset }) => offset);

test('only what was processed counts as completed, whatever is done first', () => {
  const partition = new Partition('orders', 0, 10);
  partition.add([10, 11, 12].map(record), 13);
  const [first, second] = [partition.take(1), partition.take(1)];
  partition.done(second);
  assert.equal(partition.completed, 10);
  partition.done(first);
  assert.equal(partition.completed, 12);
});

test('offsets that hold no message are passed over', () => {
  const partition = new Partition('orders', 0, 0);
  partition.add([record(2)], 7);
  assert.equal(partition.completed, 2);
  partition.done(partition.take(1));
  assert.equal(partition.completed, 7);
});

test('what the broker sends from before the position is left out', () => {
  const partition = new Partition('orders', 0, 5);
  partition.add([3, 4, 5, 6].map(record), 7);
  assert.deepEqual(offsetsOf(partition.take(10)), [5, 6]);
});

test('what is put back comes again first', () => {
  const partition = new Partition('orders', 0, 0);
  partition.add([0, 1, 2].map(record), 3);
  const taken = partition.take(2);
  partition.putBack(taken);
  assert.equal(partition.completed, 0);
  assert.deepEqual(offsetsOf(partition.take(10)), [0, 1, 2]);
});

test('a partition that is shut gives nothing, and is idle when what is in hand is done', async () => {
  const partition = new Partition('orders', 0, 0);
  partition.add([0, 1].map(record), 2);
  const taken = partition.take(1);
  const idle = partition.shut();
  assert.deepEqual([partition.take(1), partition.available, partition.shutting.aborted], [[], 0, true]);
  partition.done(taken);
  await idle;
  partition.reopen();
  assert.deepEqual(offsetsOf(partition.take(1)), [1]);
});

test('completed never passes a message that is not done, and never goes back', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({
        do: fc.constant('add' as const),
        count: fc.integer({ min: 0, max: 5 }),
        gap: fc.integer({ min: 0, max: 2 }),
      }),
      fc.record({ do: fc.constant('take' as const), count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ do: fc.constant('done' as const), which: fc.nat(20) }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const partition = new Partition('orders', 0, 0);
      const open = new Set<number>();
      let inHand: (readonly Fetched[])[] = [];
      let before = 0;
      for (const step of all) {
        if (step.do === 'add') {
          const from = partition.position;
          const records = Array.from({ length: step.count }, (_, n) => record(from + n));
          for (const { offset } of records) open.add(offset);
          partition.add(records, from + step.count + step.gap);
        } else if (step.do === 'take') inHand.push(partition.take(step.count));
        else {
          const done = inHand[step.which];
          if (!done) continue;
          inHand = inHand.filter((one) => one !== done);
          partition.done(done);
          for (const { offset } of done) open.delete(offset);
        }
        assert.ok(partition.completed >= before);
        for (const offset of open) assert.ok(partition.completed <= offset);
        before = partition.completed;
      }
    }),
  );
});
