import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JDBC, openAsWritten } from '../../src/stores/fixtures.ts';
import { memoryStore } from '../../src/stores/memory/store.ts';
import { storeConformance, type StoreUnderTest } from './store.ts';

storeConformance('memory', { isShared: false, refusesStaleHolders: true, removesAny: true }, () => ({
  open: () => memoryStore('memory'),
  close: () => {},
}));

function inFile(className: string, parameters: Readonly<Record<string, string>> = {}): StoreUnderTest {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-store-'));
  const url = `jdbc:sqlite:${join(folder, 'messages.db')}`;
  return {
    open: () => openAsWritten(className, { 'store.jdbc.connection.url': url, ...parameters }),
    close: () => rmSync(folder, { recursive: true }),
  };
}

storeConformance('JDBC, SQLite', { isShared: true, refusesStaleHolders: true, removesAny: true }, () => inFile(JDBC));
