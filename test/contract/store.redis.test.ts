import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { redisStore } from '../../shared/adapters/redis/store.ts';
import { concludeChange } from '../../shared/domain/change.ts';
import { ConflictError, RetryableError } from '../../shared/domain/errors.ts';
import {
  aBuild,
  aChange,
  aDelivery,
  after,
  aLetter,
  anAnswer,
  commitFrom,
  ids,
  START,
  skipped,
} from './store/fixtures.ts';
import { freePort, type RedisServer, redisIsMissing, startRedis } from './store/redis-server.ts';
import { storeContract } from './store.ts';

if (redisIsMissing)
  it('the store in Redis is not tested', ({ skip }) => {
    skip('redis-server is missing (Debian: apt-get install redis-server)');
  });
else onRedis();

function onRedis(): void {
  let server: RedisServer;
  let admin: ReturnType<typeof createClient>;
  const now = () => new Date(START);

  beforeAll(async () => {
    server = await startRedis();
    admin = createClient({ url: server.url });
    admin.on('error', () => undefined);
    await admin.connect();
  });
  afterAll(async () => {
    admin?.destroy();
    await server?.stop();
  });

  storeContract('Redis', async (clock) => {
    await admin.flushAll();
    const options = { url: server.url, clock };
    const store = redisStore(options);
    const other = redisStore(options);
    return { store, other, close: async () => void (await Promise.all([store.close(), other.close()])) };
  });

  describe('the store in Redis alone', () => {
    let store: ReturnType<typeof redisStore>;
    beforeEach(async () => {
      await admin.flushAll();
      store = redisStore({ url: server.url, clock: now });
    });
    afterEach(() => store.close());

    const fill = async () => {
      await store.recordDelivery(aDelivery('d'));
      await store.openChange(concludeChange(aChange('ended', { build: 'k' }), skipped, after(0)));
      await store.saveBuild(aBuild('k'));
      await store.saveLog('k', 'log');
      await store.keepDeadLetter(aLetter('l'));
      await store.keepAnswer(anAnswer('a'));
      await store.takeLease('sweep', 'a', 1000);
      return (await store.openChange(aChange('open', { commit: commitFrom('b') }))).change;
    };
    const keysWithTtl = async () => {
      const names = (await admin.keys('*')).sort();
      return Promise.all(names.map(async (name) => [name, await admin.pTTL(name)] as const));
    };

    it('has nothing outside its prefix, and gives every record but an open Change a time to live', async () => {
      await fill();
      const all = await keysWithTtl();
      expect(all.filter(([name]) => !name.startsWith('cite:'))).toEqual([]);
      expect(all.flatMap(([name, ttl]) => (ttl > 0 ? [name] : []))).toEqual([
        'cite:answer:a',
        'cite:build:k',
        'cite:change:ended',
        'cite:dead-letter:l',
        'cite:delivery:d',
        'cite:lease:sweep',
        'cite:log-gz:k',
      ]);
      expect(all.flatMap(([name, ttl]) => (ttl > 0 ? [] : [name]))).toContain('cite:change:open');
    });

    it('leaves no key behind once all has ended, been told and expired', async () => {
      const open = await fill();
      await store.saveChange(concludeChange(open, skipped, after(0)));
      for (const message of await store.pendingMessages()) await store.settleMessage(message);
      await store.returnLease('sweep', 'a');
      await store.expire(new Date('2030-01-01'));
      expect(await keysWithTtl()).toEqual([]);
    });

    it('skips what Redis itself has dropped: a record without its indexes', async () => {
      await store.openChange(aChange('c'));
      await store.recordDelivery(aDelivery('d'));
      await admin.del(['cite:change:c', 'cite:delivery:d']);
      expect(await store.listChanges({ open: true })).toEqual([]);
      expect(await store.unjudgedDeliveries(after(1))).toEqual([]);
      expect((await store.openChange(aChange('c2'))).opened).toBe(true);
      expect(ids(await store.listChanges({ open: true }))).toEqual(['c2']);
    });

    it('is empty when it was wiped, and goes on from there', async () => {
      const open = await fill();
      await admin.flushAll();
      expect(await store.getChange('open')).toBeUndefined();
      expect(await store.listChanges({})).toEqual([]);
      expect(await store.pendingMessages()).toEqual([]);
      await expect(store.saveChange(open)).rejects.toThrow(ConflictError);
      await store.expire(after(0));
      expect(await store.recordDelivery(aDelivery('d'))).toBe('new');
      expect((await store.openChange(aChange('open'))).opened).toBe(true);
    });

    it('gives up the oldest logs when all need more than their room, whichever instance writes', async () => {
      const small = { url: server.url, clock: now, bytesOfLogs: 100_000 };
      const instances = [redisStore(small), redisStore(small)] as const;
      const noise = () => randomBytes(19_000).toString('base64');
      for (let i = 0; i < 8; i++) await instances[i % 2 ? 1 : 0].saveLog(`log ${i}`, noise());
      await instances[0].saveLog('log 5', noise());
      const found = await Promise.all(Array.from({ length: 8 }, (_, i) => store.readLog(`log ${i}`)));
      expect(found.flatMap((log, i) => (log === undefined ? [] : [i]))).toEqual([3, 4, 5, 6, 7]);
      const left = [3, 4, 6, 7, 5].map((i) => `cite:log-gz:log ${i}`);
      expect(await admin.zRange('cite:logs', 0, -1)).toEqual(left);
      expect((await admin.zRange('cite:expiry', 0, -1)).sort()).toEqual(left.toSorted());
      await Promise.all(instances.map((each) => each.close()));
    });

    it('keeps a log of 10 MB small, whatever stands in it', async () => {
      for (const line of ['a line of a build log\n', '\u001b', '€']) {
        await store.saveLog('k', line.repeat(10_000_000 / Buffer.byteLength(line)));
        expect(await admin.memoryUsage('cite:log-gz:k')).toBeLessThan(100_000);
      }
    });

    it('records a delivery in one round trip', async () => {
      await store.recordDelivery(aDelivery('the script is known from now on'));
      await admin.configResetStat();
      await Promise.all(Array.from({ length: 10 }, (_, i) => store.recordDelivery(aDelivery(`d${i}`))));
      const info = await admin.info('commandstats');
      const calls = (command: string) => info.match(new RegExp(`cmdstat_${command}:calls=(\\d+)`))?.[1];
      expect([calls('evalsha'), calls('eval'), calls('multi'), calls('hmget')]).toEqual([
        '10',
        undefined,
        undefined,
        undefined,
      ]);
    });

    it('throws RetryableError while the server stalls, asked once or all the time, and recovers', async () => {
      await store.recordDelivery(aDelivery('before'));
      server.stall();
      try {
        await expect(store.getDelivery('before')).rejects.toThrow(RetryableError);
        await expect(store.recordDelivery(aDelivery('during'))).rejects.toThrow(RetryableError);
      } finally {
        server.goOn();
      }
      await vi.waitFor(() => store.getDelivery('before'), { timeout: 10_000 });

      server.stall();
      const asking = setInterval(() => store.getDelivery('traffic').catch(() => undefined), 50);
      try {
        await expect(store.getDelivery('before')).rejects.toThrow(RetryableError);
      } finally {
        clearInterval(asking);
        server.goOn();
      }
      await vi.waitFor(() => store.getDelivery('before'), { timeout: 10_000 });
      expect(await store.recordDelivery(aDelivery('before'))).toBe('repeated');
    });

    it('recovers from a restart of the server, which then knows no script', async () => {
      await store.recordDelivery(aDelivery('d'));
      await server.restart();
      await vi.waitFor(() => store.getDelivery('d'), { timeout: 10_000 });
      expect(await store.recordDelivery(aDelivery('d'))).toBe('new');
    });

    it('throws RetryableError when nothing listens, and once it is closed', async () => {
      const lost = redisStore({ url: `redis://127.0.0.1:${await freePort()}`, clock: now });
      await expect(lost.recordDelivery(aDelivery('d'))).rejects.toThrow(RetryableError);
      await expect(lost.listChanges({})).rejects.toThrow(RetryableError);
      await lost.close();
      await expect(lost.getChange('c')).rejects.toThrow(RetryableError);
    });

    it('throws RetryableError for a server that takes connections and never answers', async () => {
      const mute = createServer().listen(0, '127.0.0.1');
      const address = await vi.waitUntil(() => mute.address());
      if (typeof address === 'string') throw new Error('no port');
      const lost = redisStore({ url: `redis://127.0.0.1:${address.port}`, clock: now });
      await expect(lost.recordDelivery(aDelivery('d'))).rejects.toThrow(RetryableError);
      await lost.close();
      mute.close();
    });
  });
}
