/** What every message store promises to flows and processors. An implementation calls this from a test of its own. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { MessageStore, StoredMessage } from '../../src/engine/ports.ts';
import { Fault } from '../../src/errors.ts';

export interface StoreUnderTest {
  /** The store as one process has it; called again, as another process has it. */
  open(): MessageStore;
  close(): Promise<void> | void;
}

/** In which a store may differ. */
export interface StoreFeatures {
  /** Words for a skip, or false. */
  readonly absent?: string | false;
  /** Another process sees the same messages, and they outlive the process. */
  readonly isShared: boolean;
  /** A holder that was replaced is refused; otherwise the server keeps holders apart. */
  readonly refusesStaleHolders: boolean;
  /** A message may be removed though it is not the oldest. */
  readonly removesAny: boolean;
}

let made = 0;

/** A message as flows store them, with a bit of everything. */
export function someMessage(change: Partial<StoredMessage> = {}): StoredMessage {
  return {
    id: `urn:uuid:00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`,
    storedAt: 1_700_000_000_000 + made,
    contentType: 'application/json',
    body: Buffer.from(`{"number":${made},"text":"ä€𝄞"}`),
    headers: [['X-Number', String(made)]],
    properties: { text: 'ö', number: 1.5, flag: true },
    axis2: { HTTP_METHOD: 'PUT', HTTP_SC: 202 },
    addressing: { to: 'urn:somewhere' },
    ...change,
  };
}

const plain = (message: StoredMessage | undefined): unknown =>
  message && { ...message, body: Buffer.from(message.body).toString('latin1') };
const isRefused = (error: unknown): boolean => Fault.is(error) && error.code === 'STORE_REFUSED';

export function storeConformance(
  name: string,
  features: StoreFeatures,
  start: () => Promise<StoreUnderTest> | StoreUnderTest,
): void {
  const isAbsent = features.absent ?? false;
  describe(`store: ${name}`, { skip: isAbsent }, () => {
    let under: StoreUnderTest;
    let store: MessageStore;
    const opened: MessageStore[] = [];
    const open = (): MessageStore => {
      const one = under.open();
      opened.push(one);
      return one;
    };
    const put = async (...messages: readonly StoredMessage[]): Promise<void> => {
      for (const message of messages) await store.put(message);
    };

    if (isAbsent === false) {
      before(async () => {
        under = await start();
        store = open();
      });
      afterEach(async () => void (await store.purge()));
      after(async () => {
        await Promise.all(opened.map((one) => one.close()));
        await under.close();
      });
    }

    test('an empty store has nothing to give', async () => {
      assert.equal(await store.peek(), undefined);
      assert.equal(await store.count(), 0);
      assert.deepEqual(await store.browse(10), []);
      assert.equal(await store.remove('urn:uuid:none'), false);
    });

    test('a message comes back as it was stored', async () => {
      const odd = JSON.parse('{"__proto__":"p","empty":"","new\\nline":"a\\tb"}') as Record<string, string>;
      const all = [
        someMessage(),
        someMessage({ properties: odd }),
        someMessage({ contentType: undefined, body: new Uint8Array(), headers: [], axis2: {}, addressing: {} }),
        someMessage({ contentType: 'application/octet-stream', body: Uint8Array.from({ length: 256 }, (_, i) => i) }),
        someMessage({ headers: [['Set-Cookie', 'a'], ['Set-Cookie', 'b'], ['X', 'ü']] }), // prettier-ignore
      ];
      for (const message of all) {
        await put(message);
        assert.deepEqual(plain(await store.peek()), plain(message));
        assert.equal(await store.remove(message.id), true);
      }
    });

    test('a large message comes back whole', async () => {
      const message = someMessage({ body: Buffer.alloc(2_000_000, 'ab\n\0'), contentType: 'text/plain' });
      await put(message);
      assert.ok(Buffer.from((await store.peek())!.body).equals(Buffer.from(message.body)));
    });

    test('the oldest comes first, and stays until it is removed', async () => {
      const [first, second] = [someMessage(), someMessage()];
      await put(first, second);
      assert.equal((await store.peek())?.id, first.id);
      assert.equal((await store.peek())?.id, first.id);
      assert.equal(await store.remove(first.id), true);
      assert.equal((await store.peek())?.id, second.id);
    });

    test('a message is removed once', async () => {
      const message = someMessage();
      await put(message);
      await store.peek();
      assert.equal(await store.remove(message.id), true);
      assert.equal(await store.remove(message.id), false);
      assert.equal(await store.count(), 0);
    });

    test('any message can be removed', { skip: !features.removesAny && 'it gives only the oldest' }, async () => {
      const [first, second, third] = [someMessage(), someMessage(), someMessage()];
      await put(first, second, third);
      assert.equal(await store.remove(second.id), true);
      assert.deepEqual(
        (await store.browse(10)).map(({ id }) => id),
        [first.id, third.id],
      );
    });

    test('looking at messages takes none, and gives as many as asked for, oldest first', async () => {
      const all = [someMessage(), someMessage(), someMessage()];
      await put(...all);
      assert.deepEqual((await store.browse(2)).map(plain), all.slice(0, 2).map(plain));
      assert.equal((await store.browse(10)).length, 3);
      assert.equal(await store.count(), 3);
      assert.equal((await store.peek())?.id, all[0]!.id);
      if (store.peekMany) assert.deepEqual((await store.peekMany(2)).map(plain), all.slice(0, 2).map(plain));
    });

    test('purging says how many there were', async () => {
      await put(someMessage(), someMessage());
      assert.equal(await store.purge(), 2);
      assert.equal(await store.count(), 0);
      assert.equal(await store.purge(), 0);
      assert.equal(await store.peek(), undefined);
    });

    test('messages that are stored at the same time are all there', async () => {
      const all = Array.from({ length: 50 }, () => someMessage());
      await Promise.all(all.map((message) => store.put(message)));
      assert.equal(await store.count(), 50);
      const seen = new Set<string>();
      for (let head = await store.peek(); head; head = await store.peek()) {
        seen.add(head.id);
        await store.remove(head.id);
      }
      assert.deepEqual([...seen].sort(), all.map(({ id }) => id).sort());
    });

    test('messages that were handed out together are removed at the same time', async (t) => {
      if (!store.peekMany) return t.skip('it gives only one at a time');
      const all = Array.from({ length: 20 }, () => someMessage());
      await put(...all);
      const by = { artifact: `messageProcessor/p${++made}`, token: 3 };
      const taken = await store.peekMany(20);
      assert.deepEqual(await Promise.all(taken.map(({ id }) => store.remove(id, by))), Array(20).fill(true));
      assert.equal(await store.count(), 0);
    });

    test('what comes after the messages that were handed out can be had before these are removed', async (t) => {
      if (!store.peekMore || !store.removeMany) return t.skip('it must know of one before it hands out the next');
      const all = Array.from({ length: 9 }, () => someMessage());
      await put(...all);
      const by = { artifact: `messageProcessor/p${++made}`, token: 3 };
      const ids = all.map(({ id }) => id);
      const first = await store.peekMany!(4);
      const removing = store.removeMany(ids.slice(0, 3), by);
      const second = await store.peekMore(4);
      assert.deepEqual([...first, ...second].map(plain), all.slice(0, 8).map(plain));
      assert.equal(await removing, 3);
      assert.deepEqual(
        (await store.peekMore(4)).map(({ id }) => id),
        ids.slice(8),
      );
      assert.deepEqual(await store.peekMore(4), []);
      // One of them is gone already.
      await store.remove(ids[5]!, by);
      assert.equal(await store.removeMany(ids.slice(3), by), 5);
      assert.equal(await store.count(), 0);
    });

    test(
      'a holder that was replaced removes none of several',
      { skip: !features.refusesStaleHolders && 'its server keeps holders apart' },
      async (t) => {
        if (!store.removeMany) return t.skip('it removes one at a time');
        await put(someMessage(), someMessage(), someMessage());
        const artifact = `messageProcessor/p${++made}`;
        const ids = (await store.peekMany!(3)).map(({ id }) => id);
        const another = features.isShared ? open() : store;
        assert.equal(await another.remove((await another.peek())!.id, { artifact, token: 7 }), true);
        await assert.rejects(store.removeMany(ids, { artifact, token: 6 }), isRefused);
        assert.equal(await store.count(), 2);
        assert.equal(await store.removeMany(ids, { artifact, token: 7 }), 2);
      },
    );

    test(
      'a holder that was replaced is refused; holders of other artifacts are not',
      {
        skip: !features.refusesStaleHolders && 'its server keeps holders apart',
      },
      async () => {
        const [first, second] = [someMessage(), someMessage()];
        await put(first, second);
        const artifact = `messageProcessor/p${++made}`;
        assert.equal(await store.remove(first.id, { artifact, token: 7 }), true);
        const another = features.isShared ? open() : store;
        await assert.rejects(another.remove(second.id, { artifact, token: 6 }), isRefused);
        await assert.rejects(another.put(someMessage(), { artifact, token: 6 }), isRefused);
        assert.equal(await store.count(), 1);
        await another.put(someMessage(), { artifact: `task/t${made}`, token: 2 });
        assert.equal(await another.remove(second.id, { artifact, token: 7 }), true);
      },
    );

    test(
      'what one process stores another one finds, also after the first has ended',
      {
        skip: !features.isShared && 'it is the memory of one process',
      },
      async () => {
        const message = someMessage();
        const first = open();
        await first.put(message);
        await first.close();
        assert.deepEqual(plain(await open().peek()), plain(message));
      },
    );
  });
}
