import { memoryStore } from '../memory/store.ts';
import { storeContract } from './store.ts';

storeContract('memory', async (clock) => {
  const { store } = memoryStore(clock);
  return { store, other: store, close: async () => undefined };
});
