import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { FileSystem, ListOptions } from '../../src/transports/file/systems/file-system.ts';

export interface FileSystemUnderTest {
  readonly files: FileSystem;
  /** A connection of its own to the same place; the same where there are none. */
  readonly other: FileSystem;
  /** An empty folder of this test's own. */
  readonly folder: string;
}

/** What every file system promises. `open` is called once a test; what it opened ends with the test. */
export function fileSystemClaims(name: string, open: (t: TestContext) => Promise<FileSystemUnderTest>): void {
  const claim = (what: string, body: (under: FileSystemUnderTest) => Promise<void>): void => {
    test(`${name}: ${what}`, async (t) => body(await open(t)));
  };
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const text = async (files: FileSystem, path: string): Promise<string | undefined> => {
    const read = await files.readWhole(path);
    return read && new TextDecoder().decode(read);
  };
  const all: ListOptions = { deep: false, accepts: () => 'room', atMost: Infinity };

  claim('what is written is read again, whole and as a stream', async ({ files, folder }) => {
    const path = `${folder}/with blank & ümlaut.txt`;
    await files.write(path, bytes('hello'));
    assert.equal(await text(files, path), 'hello');
    const parts: Buffer[] = [];
    for await (const part of await files.read(path)) parts.push(part as Buffer);
    assert.equal(Buffer.concat(parts).toString(), 'hello');
  });

  claim('writing overwrites, and adds when it is asked to', async ({ files, folder }) => {
    await files.write(`${folder}/a`, bytes('first, longer'));
    await files.write(`${folder}/a`, bytes('one'));
    await files.write(`${folder}/a`, bytes(' two'), { append: true });
    assert.equal(await text(files, `${folder}/a`), 'one two');
  });

  claim('a stream of several megabytes is written and read with nothing lost', async ({ files, folder }) => {
    const part = Buffer.alloc(100_000, 'x');
    async function* content(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 50; i++) yield part;
    }
    await files.write(`${folder}/big`, content());
    assert.equal((await files.stat(`${folder}/big`))?.size, 5_000_000);
    let length = 0;
    for await (const some of await files.read(`${folder}/big`)) length += (some as Buffer).length;
    assert.equal(length, 5_000_000);
  });

  claim('a stream that is given up leaves the file system usable', async ({ files, folder }) => {
    await files.write(`${folder}/big`, Buffer.alloc(3_000_000));
    const stream = await files.read(`${folder}/big`);
    const [first] = await stream.take(1).toArray();
    assert.ok((first as Buffer).length > 0);
    stream.destroy();
    assert.equal((await files.stat(`${folder}/big`))?.size, 3_000_000);
  });

  claim('what is not there is an answer, not an error', async ({ files, folder }) => {
    const path = `${folder}/none`;
    assert.equal(await files.stat(path), undefined);
    assert.equal(await files.isFolder(path), false);
    assert.equal(await files.isFolder(folder), true);
    assert.equal(await files.readWhole(path), undefined);
    assert.equal(await files.remove(path), false);
    assert.equal(await files.rename(path, `${folder}/b`), 'gone');
    assert.equal(await files.replace(path, `${folder}/b`), 'gone');
    assert.equal(await files.list(path, all), undefined);
  });

  claim('reading a stream of what is not there fails', async ({ files, folder }) => {
    await assert.rejects(async () => {
      for await (const part of await files.read(`${folder}/none`)) assert.fail(String(part));
    });
  });

  claim('a list has names, sizes and times; folders below only when they are asked for', async ({ files, folder }) => {
    await files.makeFolder(`${folder}/sub/deeper`);
    await files.write(`${folder}/a.csv`, bytes('12'));
    await files.write(`${folder}/sub/deeper/b.csv`, bytes('123'));
    const flat = await files.list(folder, all);
    assert.deepEqual(
      flat?.map(({ path, name, size }) => [path, name, size]),
      [[`${folder}/a.csv`, 'a.csv', 2]],
    );
    assert.ok(Math.abs(flat[0]!.modifiedAt - Date.now()) < 86_400_000, 'a day apart at most, whatever the time zone');
    const deep = await files.list(folder, { ...all, deep: true });
    assert.deepEqual(deep?.map(({ path }) => path).toSorted(), [`${folder}/a.csv`, `${folder}/sub/deeper/b.csv`]);
  });

  claim('a list ends where its room does, but never leaves out what is always listed', async ({ files, folder }) => {
    for (const name of ['a', 'b', 'c', 'a.lock']) await files.write(`${folder}/${name}`, bytes('1'));
    const listed = await files.list(folder, {
      deep: false,
      accepts: (name) => (name.endsWith('.lock') ? 'always' : name === 'c' ? 'no' : 'room'),
      atMost: 1,
    });
    const names = listed!.map(({ name }) => name);
    assert.ok(names.includes('a.lock') && !names.includes('c') && names.length <= 2, names.join());
  });

  claim('the address of a file lists that file', async ({ files, folder }) => {
    await files.write(`${folder}/a`, bytes('1'));
    assert.deepEqual(
      (await files.list(`${folder}/a`, all))?.map(({ path }) => path),
      [`${folder}/a`],
    );
  });

  claim('renaming leaves a file of the new name alone, replacing takes its place', async ({ files, folder }) => {
    await files.write(`${folder}/a`, bytes('a'));
    await files.write(`${folder}/b`, bytes('b'));
    assert.equal(await files.rename(`${folder}/a`, `${folder}/b`), 'taken');
    assert.equal(await text(files, `${folder}/b`), 'b');
    assert.equal(await files.replace(`${folder}/a`, `${folder}/b`), 'renamed');
    assert.equal(await text(files, `${folder}/b`), 'a');
    assert.equal(await files.rename(`${folder}/b`, `${folder}/c`), 'renamed');
    assert.equal(await files.stat(`${folder}/b`), undefined);
  });

  claim('of two that claim a file one is told it has it, the other that it is gone', async (under) => {
    const { files, other, folder } = under;
    for (let round = 0; round < 20; round++) {
      await files.write(`${folder}/a${round}`, bytes('1'));
      const ends = await Promise.all([
        files.replace(`${folder}/a${round}`, `${folder}/a${round}.claim-1`),
        other.replace(`${folder}/a${round}`, `${folder}/a${round}.claim-2`),
      ]);
      assert.deepEqual(ends.toSorted(), ['gone', 'renamed']);
    }
  });

  claim('making a folder that is there is fine', async ({ files, other, folder }) => {
    await Promise.all([files.makeFolder(`${folder}/x/y`), other.makeFolder(`${folder}/x/y`)]);
    await files.makeFolder(`${folder}/x/y`);
    await files.write(`${folder}/x/y/a`, bytes('1'));
  });
}
