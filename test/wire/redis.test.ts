import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { redisStore } from '../../shared/adapters/redis/store.ts';
import { DeniedError, RetryableError } from '../../shared/domain/errors.ts';
import { aChange, aDelivery, START } from '../contract/store/fixtures.ts';
import { type RedisServer, redisIsMissing, startRedis } from '../contract/store/redis-server.ts';
import { type Attempt, isDoneOnce, isGivenUp } from './once.ts';
import { contentOf, wipe } from './redis/content.ts';
import { type Verb, verbs } from './redis/verbs.ts';
import { broken, endless, type RedisFault, type RedisProxy, redisProxy } from './redis-proxy.ts';

const SYSTEM = /^Redis /;
/** A client has to notice first, and the machine may have much else to do. */
const PATIENTLY = { timeout: 10_000 };
const clock = () => new Date(START);

if (redisIsMissing)
  it('the Redis adapter behind a wire that fails is not tested', ({ skip }) => {
    skip('redis-server is missing (Debian: apt-get install redis-server)');
  });
else describe('the Redis adapter behind a wire that fails', onRedis);

/** A database, and the two ways to it. */
interface Lane {
  readonly database: number;
  readonly proxy: RedisProxy;
  readonly direct: ReturnType<typeof redisStore>;
  readonly store: ReturnType<typeof redisStore>;
}

function onRedis(): void {
  let server: RedisServer;
  let admin: ReturnType<typeof createClient>;
  const lanes: Lane[] = [];
  beforeAll(async () => {
    server = await startRedis('--databases', '200', '--enable-debug-command', 'yes');
    admin = createClient({ url: server.url });
    admin.on('error', () => undefined);
    await admin.connect();
  });
  afterAll(async () => {
    for (const { direct, store, proxy } of lanes) {
      await Promise.all([direct.close(), store.close()]);
      proxy.close();
    }
    admin?.destroy();
    await server?.stop();
  });

  /** A client takes its time to be made: lanes are used again. */
  const newLane = async (): Promise<Lane> => {
    const proxy = await redisProxy(server.url);
    const database = lanes.length + 1;
    const direct = redisStore({ url: `${server.url}/${database}`, clock });
    const store = redisStore({ url: `${proxy.url}/${database}`, clock });
    const lane = { database, proxy, direct, store };
    lanes.push(lane);
    return lane;
  };
  const free: Lane[] = [];

  const open = async ({ prepare, plain, lost }: Verb): Promise<Attempt<RedisFault>> => {
    const lane = free.pop() ?? (await newLane());
    const { database, proxy, direct, store } = lane;
    await wipe(admin, database);
    const call = await vi.waitFor(() => prepare(direct), PATIENTLY);
    proxy.befall(() => undefined);
    return {
      proxy: { ...proxy, close: () => void free.push(lane) },
      call: () => call(store),
      world: () => contentOf(admin, database),
      plain: plain ?? ((result) => result),
      ...(lost ? { lost } : {}),
    };
  };

  const all = Object.entries(verbs);

  describe('whatever was asked for', { timeout: 60_000 }, () => {
    it.for(all)('%s, tried again after any misfortune, is done, and done once', ([, verb]) =>
      isDoneOnce(
        () => open(verb),
        () => broken,
        SYSTEM,
      ),
    );

    it.for(endless)('a call is given up on $name', async (fault) => {
      await Promise.all(all.map(([name, verb]) => isGivenUp(() => open(verb), fault, name, SYSTEM)));
    });
  });

  describe('what Redis refuses', { timeout: 60_000 }, () => {
    const openAll = () =>
      Promise.all(all.map(async ([name, verb]) => ({ name, verb, ...(await open(verb)) })));

    interface State {
      readonly begin: () => Promise<unknown>;
      readonly end: () => Promise<unknown>;
      readonly refuses: 'all' | 'writes' | 'some writes';
      readonly type: typeof RetryableError | typeof DeniedError;
      readonly message: RegExp;
    }

    /** While it lasts, whatever is refused says why; afterwards it is done, and done once. */
    const lasts = async ({ begin, end, refuses, type, message }: State) => {
      const worlds: unknown[] = [];
      for (const { call, world, proxy } of await openAll()) {
        await call();
        worlds.push(await world());
        proxy.close();
      }
      const refused = await openAll();
      const done = new Set<string>();
      await begin();
      try {
        await Promise.all(
          refused.map(async ({ name, verb, call }) => {
            if (refuses !== 'all' && !verb.writes) return;
            await vi.waitFor(async () => {
              const error = await call().catch((thrown: unknown) => thrown);
              if (refuses === 'some writes' && !(error instanceof Error)) return void done.add(name);
              expect(error, name).toBeInstanceOf(type);
              expect((error as Error).message, name).toMatch(message);
            }, PATIENTLY);
          }),
        );
      } finally {
        await end();
      }
      await Promise.all(
        refused.map(async ({ name, call, world }, i) => {
          if (!done.has(name)) await vi.waitFor(call, PATIENTLY);
          expect(await world(), name).toEqual(worlds[i]);
        }),
      );
      for (const { proxy } of refused) proxy.close();
    };

    // A record that is there may be written again: the verdict of a Change is not lost.
    it('for want of memory: somebody has to give it some', () =>
      lasts({
        begin: () => admin.configSet({ maxmemory: '1', 'maxmemory-policy': 'noeviction' }),
        end: () => admin.configSet('maxmemory', '0'),
        refuses: 'some writes',
        type: DeniedError,
        message: /^Redis refuses: OOM .* Give Redis more memory/,
      }));

    it('while it is a replica', () =>
      lasts({
        begin: () => admin.replicaOf('127.0.0.1', 1),
        end: () => admin.sendCommand(['REPLICAOF', 'NO', 'ONE']),
        refuses: 'writes',
        type: RetryableError,
        message: /^Redis refuses: READONLY /,
      }));

    it('while a script of somebody’s runs on and on', () =>
      lasts({
        async begin() {
          await admin.configSet('busy-reply-threshold', '10');
          const stuck = admin.duplicate();
          stuck.on('error', () => undefined);
          await stuck.connect();
          stuck
            .eval('while true do end')
            .catch(() => undefined)
            .finally(() => stuck.destroy());
          await vi.waitFor(() => expect(admin.ping()).rejects.toThrow('BUSY'), PATIENTLY);
        },
        end: () => admin.sendCommand(['SCRIPT', 'KILL']),
        refuses: 'all',
        type: RetryableError,
        message: /^Redis refuses: BUSY /,
      }));

    it('while it loads its data', () =>
      lasts({
        async begin() {
          await admin.configSet({ 'key-load-delay': '300', 'loading-process-events-interval-bytes': '1024' });
          for (let i = 0; i < 10; i++)
            await admin.mSet(
              Object.fromEntries(
                Array.from({ length: 1000 }, (_, j) => [`filler:${i}:${j}`, 'x'.repeat(20)]),
              ),
            );
          const loader = admin.duplicate();
          loader.on('error', () => undefined);
          await loader.connect();
          loader
            .sendCommand(['DEBUG', 'RELOAD'])
            .catch(() => undefined)
            .finally(() => loader.destroy());
          await vi.waitFor(() => expect(admin.get('x')).rejects.toThrow('LOADING'), PATIENTLY);
        },
        async end() {
          await vi.waitFor(() => admin.get('x'), { timeout: 20_000 });
          await admin.configSet('key-load-delay', '0');
        },
        refuses: 'all',
        type: RetryableError,
        message: /^Redis refuses: LOADING /,
      }));

    it('those whom it does not know any more: somebody has to give them the password', () =>
      lasts({
        async begin() {
          await admin.configSet('requirepass', 'new');
          await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'NORMAL', 'SKIPME', 'YES']);
        },
        end: () => admin.configSet('requirepass', ''),
        refuses: 'all',
        type: DeniedError,
        message: /^Redis refuses: NOAUTH .* Give REDIS_URL the password/,
      }));
  });

  it('sends a script again that a server has forgotten', async () => {
    for (const verb of Object.values(verbs)) {
      const { proxy, call } = await open(verb);
      await admin.sendCommand(['SCRIPT', 'FLUSH']);
      await vi.waitFor(call, PATIENTLY);
      proxy.close();
    }
  });

  it('is led to the new master after a failover, although the old one keeps the connection', async () => {
    const other = await startRedis();
    const proxy = await redisProxy(server.url);
    const store = redisStore({ url: proxy.url, clock });
    try {
      await store.recordDelivery(aDelivery('before'));
      proxy.lead(Number(new URL(other.url).port));
      await admin.replicaOf('127.0.0.1', Number(new URL(other.url).port));
      await expect(store.openChange(aChange('c'))).rejects.toThrow(/^Redis refuses: READONLY/);
      const { opened } = await vi.waitFor(() => store.openChange(aChange('c')), { timeout: 5000 });
      expect(opened).toBe(true);
    } finally {
      await admin.sendCommand(['REPLICAOF', 'NO', 'ONE']);
      await store.close();
      proxy.close();
      await other.stop();
    }
  });

  it('never takes a reply for that of another command, after one that cannot be read', async () => {
    const proxy = await redisProxy(server.url);
    const store = redisStore({ url: proxy.url, clock });
    await store.recordDelivery(aDelivery('a'));
    await store.recordDelivery(aDelivery('b'));
    for (const fault of broken.filter(({ isDone }) => isDone)) {
      proxy.befall((index) => (index === 0 ? fault : undefined));
      const asked = ['a', 'b', 'a', 'b'];
      const told = await Promise.all(
        asked.map((id) =>
          store
            .getDelivery(id)
            .then((found) => found?.id)
            .catch(() => undefined),
        ),
      );
      expect(told.map((id, i) => id ?? asked[i])).toEqual(asked);
      expect((await vi.waitFor(() => store.getDelivery('b'), { timeout: 5000 }))?.id).toBe('b');
    }
    await store.close();
    proxy.close();
  });
}
