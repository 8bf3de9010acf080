import { describe } from 'node:test';
import { arbiterConformance } from '../../conformance/arbiter.ts';
import { databases, scratchDatabase } from './databases.ts';

for (const database of databases)
  describe(database.kind, { skip: database.absent }, () => {
    const scratch = scratchDatabase(database);
    arbiterConformance(`${database.kind}, two processes' connections`, async () => {
      const [first, second] = [await scratch.open(), await scratch.open()];
      return { first, second, close: async () => void (await Promise.all([first.close(), second.close()])) };
    });
  });
