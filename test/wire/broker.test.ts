import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokerEvents } from '../../shared/adapters/broker/events.ts';
import { RetryableError } from '../../shared/domain/errors.ts';
import { ownEvent } from '../../shared/domain/events.ts';
import { listen } from '../git-host/world.ts';
import { broken, endless, foreign } from './http-faults.ts';
import { type HttpFault, type HttpProxy, httpProxy } from './http-proxy.ts';

const event = ownEvent('dev.cite.build.finished', { build: 'k' });

describe('the broker adapter behind a wire that fails', () => {
  const took: string[] = [];
  const broker = createServer((req, res) => {
    took.push(String(req.headers['ce-type']));
    req.resume();
    res.writeHead(202).end('taken');
  });
  let url: string;
  beforeAll(async () => {
    url = await listen(broker);
  });
  afterAll(() => {
    broker.closeAllConnections();
    broker.close();
  });

  const emit = async (
    fault: HttpFault,
  ): Promise<{ proxy: HttpProxy; again: () => Promise<void>; error: unknown }> => {
    const proxy = await httpProxy(url);
    const events = brokerEvents({ url: proxy.url, source: 'test', clock: () => new Date() });
    proxy.befall(() => fault);
    const error = await events.emit(event).catch((thrown: unknown) => thrown);
    proxy.befall(() => undefined);
    return { proxy, again: () => events.emit(event), error };
  };
  const isRefused = (fault: HttpFault) => !fault.name.startsWith('200');

  // An event that came twice is harmless: it is a hint.
  test.concurrent.each([...broken, ...endless, ...foreign.filter(isRefused)])(
    '$name: it is taken, or to be tried again, and then it is taken',
    async (fault) => {
      const before = took.length;
      const { proxy, again, error } = await emit(fault);
      if (error === undefined) expect(fault.isDone).toBe(true);
      else {
        expect(error).toBeInstanceOf(RetryableError);
        expect((error as Error).message).toMatch(/^the broker /);
      }
      await again();
      expect(took.length).toBeGreaterThan(before);
      proxy.close();
    },
  );
});
