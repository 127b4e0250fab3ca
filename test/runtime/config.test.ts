import { describe, expect, it } from 'vitest';
import { readConfig } from '../../shared/runtime/config.ts';

describe('the configuration', () => {
  it('gives what was asked for, checked and with its defaults', () => {
    const env = {
      REDIS_URL: 'redis://h:6379',
      CONSOLE_URL: 'https://cite.test/',
      ALLOWED_REGISTRIES: 'a.test, b.test:5000,',
    };
    expect(readConfig(env, ['REDIS_URL', 'CONSOLE_URL', 'ALLOWED_REGISTRIES', 'GITHUB_API_URL'])).toEqual({
      REDIS_URL: 'redis://h:6379',
      CONSOLE_URL: 'https://cite.test',
      ALLOWED_REGISTRIES: ['a.test', 'b.test:5000'],
      GITHUB_API_URL: 'https://api.github.com',
    });
  });

  it('names every fault at once, and tells missing from wrong', () => {
    const env = { REDIS_URL: 'http://h', WEBHOOK_SECRET: 'short', BROKER_URL: '' };
    expect(() => readConfig(env, ['REDIS_URL', 'WEBHOOK_SECRET', 'BROKER_URL', 'LOG_LEVEL'])).toThrow(
      /REDIS_URL is not valid[\s\S]*WEBHOOK_SECRET is not valid: must have at least 16[\s\S]*BROKER_URL is not set/,
    );
  });

  it('takes ranges of addresses, and nothing else for one', () => {
    const ranges = (NOTIFY_PRIVATE_RANGES: string) =>
      readConfig({ NOTIFY_PRIVATE_RANGES }, ['NOTIFY_PRIVATE_RANGES']).NOTIFY_PRIVATE_RANGES;
    expect(ranges('')).toEqual([]);
    expect(ranges('10.0.0.0/8, fd00::/8')).toEqual(['10.0.0.0/8', 'fd00::/8']);
    for (const wrong of ['10.0.0.1', '10.0.0.0/33', 'true', 'hooks.internal'])
      expect(() => ranges(wrong)).toThrow(/NOTIFY_PRIVATE_RANGES is not valid/);
  });

  it('never prints a value: it may be a secret', () => {
    expect(() => readConfig({ WEBHOOK_SECRET: 'hunter2' }, ['WEBHOOK_SECRET'])).not.toThrow(/hunter2/);
  });
});
