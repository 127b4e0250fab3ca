import { setTimeout } from 'node:timers/promises';
import type { ChangeView } from '../../functions/console/views/change.ts';
import { type Client, query } from './client.ts';

const EVERY_MS = 1000;

/** Waits until the first Change of a new App has its verdict: the platform gives every Change a deadline. */
export async function firstVerdict(api: Client, app: string): Promise<ChangeView> {
  for (;;) {
    const { changes } = await api.call<{ changes: ChangeView[] }>(
      'GET',
      `/api/changes${query({ app, limit: 100 })}`,
    );
    const first = changes.at(-1);
    if (first?.verdict) return first;
    await setTimeout(EVERY_MS);
  }
}
