import type { FileSystem } from '../../src/transports/file/systems/file-system.ts';
import { file } from '../../src/transports/file/spec.ts';
import type { InboundFeatures, InboundUnderTest } from './inbound.ts';

/** What files promise, whatever has them. */
export const folderFeatures: Omit<InboundFeatures, 'serverStays'> = {
  ordered: true,
  rollback: 'goes where failed ones go',
  unacknowledged: 'comes again',
  inHand: 1,
  shared: true,
  keeps: true,
};

/** A folder that is watched: each message is a file, named so that names sort as messages were sent. */
export function watchedFolder(files: FileSystem, folder: string, uri: (path: string) => string): InboundUnderTest {
  let sent = 0;
  const failed = `${folder}/failed`;
  return {
    kind: file,
    parameters: {
      'transport.vfs.FileURI': uri(`${folder}/in`),
      'transport.vfs.CreateFolder': 'true',
      'transport.vfs.FileSortAttribute': 'Name',
      'transport.vfs.ActionAfterFailure': 'MOVE',
      'transport.vfs.MoveAfterFailure': uri(failed),
      'transport.vfs.AutoLockReleaseInterval': '2000',
      'transport.vfs.ReconnectTimeout': '1',
      interval: '20',
    },
    async send(texts) {
      await files.makeFolder(`${folder}/in`);
      for (const text of texts) {
        const path = `${folder}/in/${String(sent++).padStart(6, '0')}.txt`;
        // As a careful client does: nobody sees half of it.
        await files.write(`${path}.part-0`, new TextEncoder().encode(text));
        await files.replace(`${path}.part-0`, path);
      }
    },
    async failed(count) {
      for (;;) {
        const listed = await files.list(failed, { deep: false, accepts: () => 'room', atMost: Infinity });
        const texts = await Promise.all((listed ?? []).map(({ path }) => files.readWhole(path)));
        if (texts.length >= count) return texts.map((bytes) => new TextDecoder().decode(bytes));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
