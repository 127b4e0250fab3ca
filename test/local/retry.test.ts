import { describe, expect, test } from 'vitest';
import { backoffMs, durationMs, judge } from '../../scripts/local/broker/retry.ts';

const answer = (status: number, body = '', reply = false) => judge({ status, body, reply });

describe('the answer of a function', () => {
  test.each([200, 201, 202, 204])('%d without a body is taken', (status) => {
    expect(answer(status)).toEqual({ kind: 'taken' });
  });

  test.each([404, 408, 409, 429, 500, 502, 503, 504])('%d is tried again', (status) => {
    expect(answer(status)).toMatchObject({ kind: 'failed', again: true, code: status });
  });

  test.each([301, 400, 401, 403, 413, 415, 422])('%d goes to the dead letters at once', (status) => {
    expect(answer(status)).toMatchObject({ kind: 'failed', again: false, code: status });
  });

  test('200 with a body that is no event is tried again as 502, as Knative does', () => {
    expect(answer(200, 'OK')).toMatchObject({ kind: 'failed', again: true, code: 502 });
  });

  test('a reply event is a fault of the function, body or not', () => {
    expect(answer(200, '{}', true)).toMatchObject({ kind: 'failed', again: false });
    expect(answer(200, '', true)).toMatchObject({ kind: 'failed', again: false });
  });
});

describe('backoff', () => {
  test('exponential doubles from the delay on', () => {
    const waits = [0, 1, 2, 9].map((n) => backoffMs({ policy: 'exponential', delayMs: 200 }, n));
    expect(waits).toEqual([200, 400, 800, 102_400]);
  });

  test('linear tries once at once and then later by the delay each time', () => {
    const waits = [0, 1, 2].map((n) => backoffMs({ policy: 'linear', delayMs: 200 }, n));
    expect(waits).toEqual([0, 200, 400]);
  });

  test.each([
    ['PT0.2S', 200],
    ['PT1M30S', 90_000],
    ['PT2H', 7_200_000],
    ['P1DT1S', 86_401_000],
  ])('%s is %d ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  test.each(['', 'P', 'PT', '1s', 'PT-1S', 'P1M', 'PT1S '])('%j is no duration', (text) => {
    expect(durationMs(text)).toBeUndefined();
  });
});
