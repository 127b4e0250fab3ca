import { ApiException } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { create, find, translate } from '../../../shared/adapters/kubernetes/errors.ts';
import { ConflictError, InvalidError, RetryableError } from '../../../shared/domain/errors.ts';

/** As the API server answers: the body is text. */
const answer = (code: number, body: object | string) =>
  new ApiException(code, 'message', typeof body === 'string' ? body : JSON.stringify(body), {});
const missing = answer(404, {
  reason: 'NotFound',
  message: 'gone',
  details: { kind: 'services', name: 'web' },
});
const noNamespace = answer(404, { reason: 'NotFound', details: { kind: 'namespaces', name: 'acme' } });
const noSuchType = answer(404, '404 page not found\n');
const taken = answer(409, { reason: 'AlreadyExists', details: { kind: 'services', name: 'web' } });

describe('an answer of the API server in the words of the port', () => {
  test.each<[string, unknown, typeof ConflictError | typeof InvalidError | typeof RetryableError]>([
    ['a write to an older state', answer(409, { reason: 'Conflict' }), ConflictError],
    ['a test of a patch that failed', answer(422, { reason: 'Invalid', details: {} }), ConflictError],
    ['a write to what is gone', missing, ConflictError],
    [
      'a field that is wrong',
      answer(422, { reason: 'Invalid', details: { kind: 'Service', causes: [{ field: 'spec.ports' }] } }),
      InvalidError,
    ],
    ['a Namespace that is not there', noNamespace, InvalidError],
    ['a right that is missing', answer(403, { reason: 'Forbidden', message: 'cannot list' }), InvalidError],
    ['a request that cannot be read', answer(400, { reason: 'BadRequest' }), InvalidError],
    ['an object that is too large', answer(413, 'too large'), InvalidError],
    ['a type that is not there yet', noSuchType, RetryableError],
    ['a token that has run out', answer(401, { reason: 'Unauthorized' }), RetryableError],
    ['a listing that took too long to read', answer(410, { reason: 'Expired' }), RetryableError],
    ['too many requests', answer(429, '{"reason":"TooManyRequests"}'), RetryableError],
    ['a server in trouble', answer(500, '<html>'), RetryableError],
    ['a server that starts', answer(503, ''), RetryableError],
    ['no answer', new TypeError('fetch failed'), RetryableError],
    ['no answer in time', new DOMException('timed out', 'TimeoutError'), RetryableError],
  ])('%s', (_what, error, type) => {
    const translated = translate(error);
    expect(translated.constructor).toBe(type);
    expect(translated.cause).toBe(error);
  });

  test('the field at fault is named', () => {
    const causes = [{ field: 'spec.ports[0]', message: 'Invalid value: 0' }];
    const error = translate(
      answer(422, { message: 'Service "web" is invalid', details: { kind: 'Service', causes } }),
    );
    expect(error).toMatchObject({ field: 'spec.ports[0]', message: expect.stringContaining('is invalid') });
  });

  test('what was translated before stays as it is', () => {
    const conflict = new ConflictError('lost');
    expect(translate(conflict)).toBe(conflict);
  });
});

test('an object that is missing is undefined; a type that is missing is not', async () => {
  expect(await find(Promise.reject(missing))).toBeUndefined();
  expect(await find(Promise.reject(noNamespace))).toBeUndefined();
  await expect(find(Promise.reject(noSuchType))).rejects.toThrow(RetryableError);
});

test('only a name that is taken makes a creation come to nothing', async () => {
  expect(await create(Promise.resolve('made'))).toBe('made');
  expect(await create(Promise.reject(taken))).toBeUndefined();
  await expect(create(Promise.reject(answer(409, { reason: 'Conflict' })))).rejects.toThrow(ConflictError);
});
