import { describe, expect, it } from 'vitest';
import type { Stage } from '../store.ts';

const LIMIT = 10 * 1024 * 1024;

export function logsContract(stage: Stage): void {
  describe('logs', () => {
    it('replaces the log', async () => {
      const { store, other } = stage;
      expect(await store.readLog('k')).toBeUndefined();
      await store.saveLog('k', 'one\n');
      await other.saveLog('k', 'one\ntwo\n');
      expect(await store.readLog('k')).toBe('one\ntwo\n');
      await store.saveLog('k', '');
      expect(await other.readLog('k')).toBe('');
    });

    it('keeps a log of 10 MB whole', async () => {
      const text = 'x'.repeat(LIMIT);
      await stage.store.saveLog('k', text);
      expect((await stage.store.readLog('k')) === text).toBe(true);
    });

    it('cuts what is over 10 MB from its beginning, and says so in a line', async () => {
      const text = Array.from({ length: 700_000 }, (_, i) => `step ${i} of the build\n`).join('');
      await stage.store.saveLog('k', text);
      const log = (await stage.store.readLog('k')) ?? '';
      const end = log.slice(log.indexOf('\n') + 1);
      expect(Buffer.byteLength(log)).toBeLessThanOrEqual(LIMIT);
      expect(Buffer.byteLength(log)).toBeGreaterThan(LIMIT - 1000);
      expect(text.endsWith(end)).toBe(true);
      expect(end).toMatch(/^step \d+ of the build\n/);
      const cut = text.length - end.length;
      expect(log.startsWith(`[cite] the first ${cut} bytes were cut: `)).toBe(true);
    });

    it.each(['', '\nlast line\n'])(
      'cuts a long line between two characters, with %j after it',
      async (end) => {
        await stage.store.saveLog('k', '€'.repeat(LIMIT / 3 + 1000) + end);
        const log = (await stage.store.readLog('k')) ?? '';
        expect(log.slice(log.indexOf('\n') + 1).replaceAll('€', '')).toBe(end);
        expect(Buffer.byteLength(log)).toBeLessThanOrEqual(LIMIT);
        expect(Buffer.byteLength(log)).toBeGreaterThan(LIMIT - 1000);
      },
    );
  });
}
