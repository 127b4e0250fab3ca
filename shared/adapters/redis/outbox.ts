import { startOfTurn } from '../../domain/turn.ts';
import type { Message, Outbox } from '../../ports/store.ts';
import type { Connection } from './connection.ts';
import { keys } from './keys.ts';

const MOST = 100;

/** Messages are put here by the write of their Change (changes.ts). */
export function outbox(redis: Connection): Outbox {
  const messagesOf = async (changes: string[]): Promise<readonly Message[]> => {
    if (changes.length === 0) return [];
    const revisions = await redis.run((client) => client.hmGet(keys.outboxRevisions, changes));
    return changes.flatMap((change, i) => {
      const revision = revisions[i];
      return revision == null ? [] : [{ id: `${change}:${revision}`, change, revision: Number(revision) }];
    });
  };

  return {
    async pendingMessages(tick = 0) {
      const start = startOfTurn(await redis.run((client) => client.zCard(keys.outbox)), tick, MOST);
      return messagesOf(await redis.run((client) => client.zRange(keys.outbox, start, start + MOST - 1)));
    },

    async pendingMessage(change) {
      const [message] = await messagesOf([change]);
      return message;
    },

    async settleMessage({ change, revision }) {
      await redis.run((client) => client.settleMessage(keys.outbox, [change, String(revision)]));
    },
  };
}
