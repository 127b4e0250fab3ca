import { ApiException } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { ask, create, find, ofKnownType, translate } from '../../../shared/adapters/kubernetes/errors.ts';
import { ConflictError, DeniedError, InvalidError, RetryableError } from '../../../shared/domain/errors.ts';

/** As the API server answers: the body is text, mostly a Status. */
const answer = (code: number, body: object | string) =>
  new ApiException(
    code,
    'message',
    typeof body === 'string' ? body : JSON.stringify({ kind: 'Status', ...body }),
    {},
  );
const missing = answer(404, {
  reason: 'NotFound',
  message: 'gone',
  details: { kind: 'services', name: 'web' },
});
const noNamespace = answer(404, { reason: 'NotFound', details: { kind: 'namespaces', name: 'acme' } });
const noSuchType = answer(404, '404 page not found\n');
const taken = answer(409, { reason: 'AlreadyExists', details: { kind: 'services', name: 'web' } });

describe('an answer of the API server in the words of the port', () => {
  test.each<
    readonly [
      string,
      unknown,
      typeof ConflictError | typeof DeniedError | typeof InvalidError | typeof RetryableError,
    ]
  >([
    ['a write to an older state', answer(409, { reason: 'Conflict' }), ConflictError],
    ['a test of a patch that failed', answer(422, { reason: 'Invalid', details: {} }), ConflictError],
    ['a write to what is gone', missing, ConflictError],
    [
      'a field that is wrong',
      answer(422, { reason: 'Invalid', details: { kind: 'Service', causes: [{ field: 'spec.ports' }] } }),
      InvalidError,
    ],
    ['a Namespace that is not there', noNamespace, InvalidError],
    ['a request that cannot be read', answer(400, { reason: 'BadRequest' }), InvalidError],
    ['an object that is too large', answer(413, 'too large'), InvalidError],
    ['a type that is not there yet', noSuchType, RetryableError],
    ['a token that has run out', new ApiException(401, 'Unauthorized', undefined, {}), DeniedError],
    ...[400, 403, 404, 409, 410, 422].map(
      (code) => [`a gateway’s own ${code}`, answer(code, '<html>'), RetryableError] as const,
    ),
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

  /** As kube-apiserver 1.34 words them. */
  const denials = {
    right:
      'apps.cite.dev is forbidden: User "system:serviceaccount:q:weak" cannot create resource "apps" in API group "cite.dev" in the namespace "q"',
    grant:
      'rolebindings.rbac.authorization.k8s.io "x" is forbidden: user "system:serviceaccount:q:weak" (groups=["system:serviceaccounts" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:["*"], Resources:["*"], Verbs:["*"]}',
    quota:
      'deployments.apps "x" is forbidden: exceeded quota: limits, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0',
    podSecurity:
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)',
    limitRange: 'pods "x" is forbidden: maximum memory usage per Container is 1Mi, but limit is 2Mi',
    quotaOfPod: 'pods "x" is forbidden: failed quota: cpu: must specify requests.cpu for: a',
    policy:
      "configmaps \"x\" is forbidden: ValidatingAdmissionPolicy 'no-x' with binding 'no-x' denied request: not that name",
    mimicry: 'configmaps "x" is forbidden: the policy says: exceeded quota: none, and User "x" cannot do so',
    ending:
      'configmaps "x" is forbidden: unable to create new content in namespace q because it is being terminated',
  };

  test.each<[keyof typeof denials, string]>([
    ['right', 'Grant the right that is named.'],
    ['grant', 'Grant the right that is named.'],
    ['quota', 'Raise the ResourceQuota limits, or remove what is no longer needed.'],
  ])('a %s that is missing is waited for, and what to do is said', (which, remedy) => {
    const message = denials[which];
    const translated = translate(answer(403, { reason: 'Forbidden', message }));
    expect(translated.constructor).toBe(DeniedError);
    expect(translated.message).toBe(`${message}. ${remedy}`);
  });

  test.each<keyof typeof denials>(['podSecurity', 'limitRange', 'quotaOfPod', 'policy', 'mimicry', 'ending'])(
    'what is refused for good is not tried again: %s',
    (which) => {
      const message = denials[which];
      expect(translate(answer(403, { reason: 'Forbidden', message }))).toBeInstanceOf(InvalidError);
    },
  );

  test('what is over by itself has the same words at every try', () => {
    const broken = (port: number) =>
      `failed calling webhook "webhook.serving.knative.dev": read tcp 10.0.0.5:${port}->10.96.0.1:443: connection reset by peer`;
    const [first, second] = [41234, 50000].map(
      (port) => translate(answer(500, { reason: 'InternalError', message: broken(port) })).message,
    );
    expect(first).toMatch(/knative\.dev": read tcp 10\.96\.0\.1:443: connection reset by peer$/);
    expect(second).toBe(first);
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

test('a type that the API server does not serve is undefined; a gateway’s 404 is not', async () => {
  const unserved = answer(404, { reason: 'NotFound', details: {} });
  expect(await ofKnownType(Promise.reject(noSuchType))).toBeUndefined();
  expect(await ofKnownType(Promise.reject(unserved))).toBeUndefined();
  await expect(ofKnownType(Promise.reject(answer(404, 'default backend - 404')))).rejects.toThrow(
    RetryableError,
  );
});

test.each([
  ['a page of text', '<p>log in</p>'],
  ['one in the place of an object', { kind: undefined }],
  ['null', null],
])('%s is no answer', async (_, answered) => {
  for (const asked of [ask, find, create, ofKnownType])
    await expect(asked(Promise.resolve<unknown>(answered)), asked.name).rejects.toThrow(RetryableError);
});

test('only a name that is taken makes a creation come to nothing', async () => {
  expect(await create(Promise.resolve({ kind: 'App' }))).toEqual({ kind: 'App' });
  expect(await create(Promise.reject(taken))).toBeUndefined();
  await expect(create(Promise.reject(answer(409, { reason: 'Conflict' })))).rejects.toThrow(ConflictError);
});
