import { memoryStore } from '../../src/stores/memory/store.ts';
import { storeConformance } from './store.ts';

storeConformance('memory', { isShared: false, refusesStaleHolders: true, removesAny: true }, () => ({
  open: () => memoryStore('memory'),
  close: () => {},
}));
