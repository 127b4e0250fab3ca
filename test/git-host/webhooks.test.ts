import { createServer } from 'node:http';
import { Webhooks } from '@octokit/webhooks';
import type {
  DeploymentCreatedEvent,
  DeploymentStatusCreatedEvent,
  PingEvent,
  StatusEvent,
} from '@octokit/webhooks-types';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openReceiver, type Receiver } from './receiver.ts';
import { type GitHostWorld, listen, openGitHost, TOKEN } from './world.ts';

const REPOSITORY = 'acme/shop';
const SECRET = 'shared with the receiver';

describe('a hook of the git host', () => {
  let host: GitHostWorld;
  let receiver: Receiver;
  let sha: string;
  let hook: string;

  beforeAll(async () => {
    host = await openGitHost();
    sha = await (await host.clone(REPOSITORY)).publish('first');
  });
  afterAll(async () => {
    await host.close();
    expect(host.warnings).toEqual([]);
  });
  beforeEach(async () => {
    receiver = await openReceiver();
    const made = await host.api('POST', `/repos/${REPOSITORY}/hooks`, {
      events: ['status', 'deployment', 'deployment_status'],
      config: { url: receiver.url, content_type: 'json', secret: SECRET },
    });
    expect(made.status).toBe(201);
    hook = `/repos/${REPOSITORY}/hooks/${made.body.id}`;
  });
  afterEach(async () => {
    await host.api('DELETE', hook);
    await receiver.close();
  });

  const setStatus = (body: object) => host.api('POST', `/repos/${REPOSITORY}/statuses/${sha}`, body);

  /** Waits for the log to say how the newest delivery ended. */
  async function newestDelivery() {
    for (;;) {
      const [newest] = (await host.api('GET', `${hook}/deliveries`)).body;
      if (newest && newest.status !== 'pending') return newest;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  test('is pinged when it is made, and tells nobody its secret', async () => {
    const [ping] = await receiver.wait('ping');
    const payload = ping?.payload as PingEvent;
    expect(payload.hook.config).toEqual({
      url: receiver.url,
      content_type: 'json',
      insecure_ssl: '0',
      secret: '********',
    });
    expect(payload.hook_id).toBe(payload.hook.id);
    expect(JSON.stringify((await host.api('GET', hook)).body)).not.toContain(SECRET);
  });

  test('hears of a commit status, with the branches that have the commit', async () => {
    await setStatus({ state: 'success', context: 'ci/test', target_url: 'http://ci.example/1' });
    const [status] = await receiver.wait('status');
    expect(status?.payload as StatusEvent).toMatchObject({
      sha,
      state: 'success',
      context: 'ci/test',
      description: null,
      target_url: 'http://ci.example/1',
      name: REPOSITORY,
      commit: { sha, commit: { message: 'first', author: { name: 'Ada Lovelace' } } },
      branches: [{ name: 'main', commit: { sha } }],
    });
  });

  test('hears of a deployment and of its states, but not of inactive', async () => {
    const deployment = await host.api('POST', `/repos/${REPOSITORY}/deployments`, {
      ref: 'main',
      task: 'acme/shop/r1',
      auto_merge: false,
      required_contexts: [],
    });
    const statuses = `/repos/${REPOSITORY}/deployments/${deployment.body.id}/statuses`;
    for (const state of ['in_progress', 'inactive', 'success'])
      await host.api('POST', statuses, { state, auto_inactive: false });
    const [created] = await receiver.wait('deployment');
    expect(created?.payload as DeploymentCreatedEvent).toMatchObject({
      action: 'created',
      deployment: {
        id: deployment.body.id,
        sha,
        ref: 'main',
        task: 'acme/shop/r1',
        environment: 'production',
      },
    });
    const told = await receiver.wait('deployment_status', 2);
    const states = told.map((one) => (one.payload as DeploymentStatusCreatedEvent).deployment_status.state);
    expect(states.sort()).toEqual(['in_progress', 'success']);
    const listed = (await host.api('GET', statuses)).body;
    expect(listed.map(({ state }: { state: string }) => state)).toEqual([
      'success',
      'inactive',
      'in_progress',
    ]);
  });

  test('is told once: a failed delivery is in the log and goes out again only when asked, with its GUID', async () => {
    receiver.answer(500);
    await setStatus({ state: 'pending' });
    await receiver.wait('status');
    const failed = await newestDelivery();
    expect(failed).toMatchObject({
      event: 'status',
      status: 'Invalid HTTP Response: 500',
      status_code: 500,
      redelivery: false,
    });
    const detail = (await host.api('GET', `${hook}/deliveries/${failed.id}`)).body;
    expect(detail).toMatchObject({
      url: receiver.url,
      request: { headers: { 'X-GitHub-Event': 'status' }, payload: { sha } },
      response: { payload: 'noted' },
    });

    receiver.answer(202);
    expect((await host.api('POST', `${hook}/deliveries/${failed.id}/attempts`)).status).toBe(202);
    const [first, second] = await receiver.wait('status', 2);
    expect(second?.headers['x-github-delivery']).toBe(first?.headers['x-github-delivery']);
    expect(second?.body).toBe(first?.body);
    const signature = String(second?.headers['x-hub-signature-256']);
    expect(await new Webhooks({ secret: SECRET }).verify(second?.body ?? '', signature)).toBe(true);
    expect(await newestDelivery()).toMatchObject({ guid: failed.guid, redelivery: true, status: 'OK' });
    expect(receiver.received.filter(({ event }) => event === 'status').length).toBe(2);
  });

  test('whose receiver is gone has the failure in its log', async () => {
    const gone = createServer();
    const url = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
    await host.api('PATCH', hook, { config: { url, content_type: 'json' } });
    await setStatus({ state: 'pending' });
    const failed = await newestDelivery();
    expect(failed).toMatchObject({ status_code: 0, status: expect.stringContaining('failed to connect') });
  });

  test('whose receiver never answers keeps nobody waiting, and is in the log of a host that was ended', async () => {
    receiver.answer(undefined);
    expect((await setStatus({ state: 'error' })).status).toBe(201);
    await receiver.wait('status');
    await host.restart();
    expect(await newestDelivery()).toMatchObject({ event: 'status', status: 'the host was ended' });
  });

  test('can be changed, switched off, pinged and removed', async () => {
    const changed = await host.api('PATCH', hook, { active: false, events: ['push'] });
    expect(changed.body).toMatchObject({ active: false, events: ['push'], config: { url: receiver.url } });
    await host.api('PATCH', hook, { active: true, events: ['status'] });
    expect((await host.api('POST', `${hook}/pings`)).status).toBe(204);
    await receiver.wait('ping', 2);
    expect((await host.api('DELETE', hook)).status).toBe(204);
    expect((await host.api('GET', hook)).status).toBe(404);
    expect((await host.api('GET', `${hook}/deliveries`)).status).toBe(404);
  });

  test('lists its deliveries in pages that follow one another', async () => {
    for (let n = 0; n < 5; n++) await setStatus({ state: 'pending', context: `c${n}` });
    const seen: number[] = [];
    let path: string | undefined = `${hook}/deliveries?per_page=2`;
    while (path) {
      const page = await host.api('GET', path);
      seen.push(...page.body.map(({ id }: { id: number }) => id));
      const next: string | undefined = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
      path = next?.slice(`${host.url}/api/v3`.length);
    }
    expect(seen.length).toBe(6);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
  });

  test.each([
    ['without an address', { events: ['push'] }],
    ['with an address that is not HTTP', { config: { url: 'file:///etc/passwd' } }],
    ['with an event that is none', { events: ['../x'], config: { url: 'http://127.0.0.1:1' } }],
    ['of a content type that is none', { config: { url: 'http://127.0.0.1:1', content_type: 'xml' } }],
  ])('is refused %s', async (_, body) => {
    const refused = await host.api('POST', `/repos/${REPOSITORY}/hooks`, body);
    expect(refused.status).toBe(422);
    expect(refused.body.message).toBe('Validation Failed');
  });

  test('is refused where it is there already', async () => {
    const again = { events: ['status', 'deployment_status', 'deployment'], config: { url: receiver.url } };
    const refused = await host.api('POST', `/repos/${REPOSITORY}/hooks`, again);
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].message).toBe('Hook already exists on this repository');
  });

  test('is nobody’s without the token', async () => {
    for (const token of ['', 'wrong', `${TOKEN}x`]) {
      const refused = await host.api('GET', hook, undefined, token);
      expect(refused).toMatchObject({ status: 401, body: { message: 'Bad credentials' } });
    }
  });
});
