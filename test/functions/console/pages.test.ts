import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../../shared/domain/app.ts';
import { RetryableError } from '../../../shared/domain/errors.ts';
import { buildLogId } from '../../../shared/domain/log.ts';
import { type ConsoleWorld, commitOf, givenApp, givenChange, openConsole } from './world.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
});
afterAll(() => world.close());

const browser = { accept: 'text/html' };
const at = ({ namespace, name }: App) => `/apps/${namespace}/${name}`;
const look = async (path: string) => (await world.ask('GET', path, undefined, browser)).text;
/** As a browser sends a form of this very console. */
const send = (
  path: string,
  form: Record<string, string> = {},
  origin = `http://${new URL(world.url).host}`,
) =>
  world.send('POST', path, new URLSearchParams(form).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
    origin,
    ...browser,
  });
/** As a person does: the page, then its form with what it carries along. */
async function submit(path: string, form: Record<string, string> = {}) {
  return send(path, { ...carried(await look(path)), ...form });
}
const carried = (page: string): Record<string, string> =>
  Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  );
const standby = { outcome: 'deployed', standbySince: new Date() } as const;
const live = { outcome: 'deployed' } as const;
const twoReleases = () => givenApp(world, { releases: [standby, live], live: 2 });

describe('the list of Apps', () => {
  test('names each with its state, what is live, and what became of its newest Change', async () => {
    const app = await twoReleases();
    await givenChange(world, app, { title: 'Sell tea', author: 'Ann', commit: commitOf(9) });
    const page = await look(`/?q=${app.namespace}`);
    expect(page).toContain(`href="${at(app)}"`);
    expect(page).toContain('r2 live');
    expect(page).toMatch(/Sell tea/);
    expect(page).toMatch(/building: its build runs/);
  });

  test('is searched by the words of owner, repository and branch, all of which must be there', async () => {
    const app = await givenApp(world, { spec: { repository: 'Umbrella/Till', branch: 'feature/x' } });
    expect(await look(`/?q=${app.namespace}+umbrella+FEATURE`)).toContain(at(app));
    expect(await look(`/?q=${app.namespace}+umbrella+main`)).not.toContain(at(app));
  });

  test('is filtered by state', async () => {
    const app = await twoReleases();
    await world.cluster.setAppStatus(app, { state: 'live, r2 failed' });
    expect(await look(`/?q=${app.namespace}&state=failed`)).toContain(at(app));
    expect(await look(`/?q=${app.namespace}&state=live`)).not.toContain(at(app));
    expect(await look(`/?q=${app.namespace}&state=nonsense`)).toContain(at(app));
  });

  test('has pages, whose addresses keep the search', async () => {
    const namespace = 'many';
    await world.cluster.createNamespace(namespace, 'acme');
    for (let i = 0; i < 51; i++) await givenApp(world, { ref: { namespace, name: `app-${i}` } });
    const first = await look('/?q=many%2F');
    expect(first.match(/<li class="app"/g)).toHaveLength(50);
    const next = /href="([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect((await look(next)).match(/<li class="app"/g)).toHaveLength(1);
  });
});

describe('the ledger', () => {
  test('is searched by person, branch, commit and outcome, and has pages', async () => {
    const app = await givenApp(world, { spec: { branch: 'ledger' } });
    for (let i = 0; i < 51; i++) await givenChange(world, app, { title: `Change ${i}`, by: 'Grace' });
    const first = await look('/changes?branch=ledger&person=grace');
    expect(first).toContain('Change 50');
    const next = /href="([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await look(next);
    expect(second).toContain('Change 0');
    expect(second).not.toContain('Change 50');
    expect(await look('/changes?branch=ledger&outcome=failed')).toContain('No Change is like that.');
    await givenChange(world, app, { title: 'By its commit', commit: commitOf(77) });
    expect(await look(`/changes?commit=${commitOf(77)}`)).toContain('By its commit');
    expect(await look(`/changes?branch=ledger&commit=${commitOf(78)}`)).toContain('No Change is');
  });
});

test('every way that the console offers leads somewhere', async () => {
  const page = await look('/');
  const links = [...page.matchAll(/href="(\/[^"]*)"/g)].map(([, link]) => link ?? '');
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) expect((await world.ask('GET', link, undefined, browser)).status, link).toBe(200);
});

describe('the page of an App', () => {
  test('has its releases, with what may be asked of each', async () => {
    const app = await twoReleases();
    const page = await look(at(app));
    expect(page).toContain('Commit of r1');
    expect(page).toContain(`${at(app)}/activate?release=1`);
    expect(page).not.toContain(`${at(app)}/activate?release=2`);
  });

  test('says in what a release is configured otherwise than the one before', async () => {
    const app = await givenApp(world, { releases: [standby, { ...live, pod: { port: 9090 } }], live: 2 });
    const page = await look(at(app));
    expect(page).toMatch(/since r1: <\/span>port 8080 → 9090/);
    expect(page.match(/class="differs"/g)).toHaveLength(1);
  });

  test('says who holds it, and why', async () => {
    const app = await twoReleases();
    await submit(`${at(app)}/hold`, { why: 'Black <Friday>' });
    expect(await look(at(app))).toMatch(/Held by .+: Black &lt;Friday&gt;/);
  });

  test('that is not there says so as a page', async () => {
    const { status, text, headers } = await world.ask('GET', '/apps/nobody/nothing', undefined, browser);
    expect({ status, type: headers['content-type'] }).toMatchObject({ status: 404, type: /^text\/html/ });
    expect(text).toContain('There is no App nobody/nothing.');
  });
});

describe('the page that registers an App', () => {
  test('asks for a repository first, then proposes its branches and says what the default one comes to', async () => {
    const name = `r-${randomUUID().slice(0, 8)}`;
    const repository = `acme/${name}`;
    world.repository(repository, undefined, ['feature/x', 'next']);
    expect(await look('/register')).not.toContain('<datalist');
    const page = await look(`/register?repository=${repository}`);
    expect([...page.matchAll(/<option value="([^"]*)"/g)].map(([, branch]) => branch)).toEqual([
      'feature/x',
      'main',
      'next',
    ]);
    expect(page).toMatch(
      /<input name="branch" value="" placeholder="main, its default branch" list="branches"/,
    );
    expect(page).toContain('3 branches are there to choose from.');
    expect(page).toContain(`Every push to main, the default branch, of ${repository} is built`);
    expect(page).toContain(`Its name is ${name}:`);
    const other = await look(`/register?repository=${repository}&branch=feature/x`);
    expect(other).toContain(`Every push to feature/x of ${repository} is built`);
    expect(other).toMatch(new RegExp(`Its name is ${name}-feature-x`));
  });

  test('says what is made with it, and proposes branches also where one was named that is not there', async () => {
    const owner = `o-${randomUUID().slice(0, 8)}`;
    world.repository(`${owner}/shop`, undefined, ['next']);
    const first = await look(`/register?repository=${owner}/shop`);
    expect(first).toContain(`Made for it: the Namespace ${owner}, a Service shop in the Namespace ${owner}`);
    expect(await world.cluster.namespaceOwners(owner)).toBeUndefined();
    await submit(`/register?repository=${owner}/shop`);
    const second = await look(`/register?repository=${owner}/shop&branch=next`);
    expect(second).toContain(`Made for it: a Service shop-next in the Namespace ${owner}`);
    const wrong = await look(`/register?repository=${owner}/shop&branch=nope`);
    expect(wrong).toMatch(/nope.* is not in/);
    expect(wrong).toContain('<option value="next"');
  });

  test('proposes nothing of a repository that is not there, or cannot be', async () => {
    for (const repository of ['acme/not-there', '../..', 'x'])
      expect(await look(`/register?repository=${repository}`)).not.toContain('<datalist');
  });
});

describe('the page of the sweep', () => {
  const retired = { outcome: 'deployed', standbySince: new Date(0), replicas: 0 } as const;

  test('offers what was scaled down: to start it again, to make it live, to pin it; and comes back to itself', async () => {
    const app = await givenApp(world, { releases: [retired, live], live: 2 });
    const asks = (verb: string) => `${at(app)}/${verb}?release=1&amp;back=sweep`;
    const page = await look('/sweep');
    for (const offer of [
      `action="${asks('warm')}"`,
      `action="${asks('pin')}"`,
      `href="${at(app)}/activate?release=1"`,
    ])
      expect(page).toContain(offer);
    const pinned = await send(`${at(app)}/pin?release=1&back=sweep`);
    expect({ status: pinned.status, to: pinned.headers.location }).toEqual({ status: 303, to: '/sweep' });
    expect(await look('/sweep')).toContain(`action="${asks('unpin')}"`);
    expect((await send(`${at(app)}/warm?release=1&back=sweep`)).headers.location).toBe('/sweep');
    expect((await world.cluster.getWorkload(app, 1))?.replicas).toBe(1);
    expect(await look('/sweep')).not.toContain(asks('warm'));
  });

  test('offers to keep what would go, and nothing of what serves', async () => {
    const past = { ...retired, replicas: 1 };
    const app = await givenApp(world, { releases: [past, live], live: 2 });
    const page = await look('/sweep');
    expect(page).toContain(`${at(app)}/pin?release=1&amp;back=sweep`);
    expect(page).not.toContain(`${at(app)}/pin?release=2`);
    const elsewhere = await send(`${at(app)}/pin?release=1&back=https%3A%2F%2Fevil.example`);
    expect(elsewhere.headers.location).toBe(at(app));
  });
});

describe('the page of a Change', () => {
  test('has its timeline, its verdict and the last words of what failed; it never changes again', async () => {
    const app = await twoReleases();
    const verdict = { outcome: 'failed', why: 'r3: CrashLoopBackOff', detail: 'no database' } as const;
    const { id } = await givenChange(world, app, { verdict, state: 'ended', reason: 'failed: r3' });
    const page = await look(`/changes/${encodeURIComponent(id)}`);
    expect(page).toContain('no database');
    expect(page).not.toContain('hx-sse:connect');
  });

  test('that failed is tried again by the person who looks, and says by what it was', async () => {
    const app = await twoReleases();
    const verdict = { outcome: 'failed', why: 'r3: not ready' } as const;
    const { id } = await givenChange(world, app, { verdict, state: 'ended' });
    const path = `/changes/${encodeURIComponent(id)}`;
    expect(await look(path)).toContain(`${path}/retry`);
    expect((await send(`${path}/retry`)).status).toBe(303);
    expect(world.emitted.at(-1)).toMatchObject({ data: { change: id, by: expect.stringMatching(/@/) } });
    const again = await givenChange(world, app, { redoes: id });
    expect(await look(path)).toContain(`/changes/${encodeURIComponent(again.id)}`);
  });

  test('under way is cancelled after a word of what that does', async () => {
    const change = await givenChange(world, await twoReleases(), {});
    const path = `/changes/${encodeURIComponent(change.id)}`;
    expect(await look(`${path}/cancel`)).toContain('What is live stays live.');
    await send(`${path}/cancel`);
    expect((await world.store.getChange(change.id))?.verdict?.outcome).toBe('cancelled');
    expect(await look(path)).not.toContain('/cancel"');
  });

  test('under way follows it', async () => {
    const { id } = await givenChange(world, await twoReleases(), {});
    expect(await look(`/changes/${encodeURIComponent(id)}`)).toContain('hx-sse:connect');
  });
});

describe('an open page', () => {
  test('is sent its content when that changes, and only then; it goes on where it was', async () => {
    const app = await twoReleases();
    const page = await look(at(app));
    const updates = updatesOf(page);
    const stream = await follow(updates);
    await givenChange(world, app, { title: 'Sell tea' });
    const first = await stream.next();
    expect(first).toContain('Sell tea');
    stream.close();

    await givenChange(world, app, { title: 'Sell coffee' });
    const seen = /^id: (.+)$/m.exec(first)?.[1] ?? '';
    const resumed = await follow(updates, { 'last-event-id': seen });
    const second = await resumed.next();
    expect(second).toContain('Sell coffee');
    // What was seen is not sent again: the next that comes is the next change.
    const upToDate = await follow(updates, { 'last-event-id': /^id: (.+)$/m.exec(second)?.[1] ?? '' });
    await givenChange(world, app, { title: 'Sell cocoa' });
    expect(await upToDate.next()).toContain('Sell cocoa');
    upToDate.close();
    resumed.close();
  });

  test('of what is gone says so, and is not asked for again', async () => {
    const app = await twoReleases();
    const updates = updatesOf(await look(at(app)));
    const stream = await follow(updates);
    await world.cluster.deleteApp(app);
    expect(await stream.rest()).toMatch(/There is no App .*event: final/s);
    // A tab that was in the background meanwhile.
    expect(await (await follow(updates)).rest()).toMatch(/There is no App .*event: final/s);
  });

  test('of what never was is no stream', async () => {
    const headers = { accept: 'text/html, text/event-stream' };
    expect((await world.ask('GET', '/apps/nobody/nothing', undefined, headers)).status).toBe(404);
  });

  test('that cannot be looked at says so once, is asked ever more seldom, and is whole again when it can be', async () => {
    let away = false;
    let asked = 0;
    const flaky = await openConsole({}, (cluster) => ({
      ...cluster,
      async getApp(ref) {
        asked++;
        if (away) throw new RetryableError('the cluster is away');
        return cluster.getApp(ref);
      },
    }));
    try {
      const app = await givenApp(flaky, { releases: [live], live: 1 });
      const { text: page } = await flaky.ask('GET', at(app), undefined, browser);
      away = true;
      asked = 0;
      const stream = await follow(updatesOf(page), {}, flaky.url);
      const told = await stream.next();
      expect(told).toMatch(/not up to date.*the cluster is away/s);
      await expect.poll(() => asked, { timeout: 10_000 }).toBe(2);
      away = false;
      const whole = (await stream.next()).slice(told.length);
      expect(whole).toContain('Commit of r1');
      expect(whole).not.toContain('not up to date');
      expect(flaky.lines.filter((line) => line.includes('to be tried again'))).toHaveLength(2);
      stream.close();
    } finally {
      await flaky.close();
    }
  });

  test('is looked at once for all who have it open, whatever else is in their address', async () => {
    let asked = 0;
    const counted = await openConsole({}, (cluster) => ({
      ...cluster,
      listServices() {
        asked++;
        return cluster.listServices();
      },
    }));
    try {
      const page = await counted.ask('GET', '/?z=0', undefined, browser);
      expect(updatesOf(page.text)).not.toContain('z=');
      asked = 0;
      const from = Date.now();
      const addresses = Array.from({ length: 20 }, (_, i) => `/?z=${i}&seen=before`);
      const streams = await Promise.all(addresses.map((path) => follow(path, {}, counted.url)));
      await Promise.all(streams.map((stream) => stream.next()));
      for (const stream of streams) stream.close();
      // One look is everybody's for a second: on a busy machine the streams are opened over several.
      expect(asked).toBeLessThan(4 + (Date.now() - from) / 1000);
    } finally {
      await counted.close();
    }
  });

  test('that only the headers were asked of is looked at for nobody', async () => {
    const looks = { all: 0, one: 0 };
    const counted = await openConsole({}, (cluster) => ({
      ...cluster,
      listServices() {
        looks.all++;
        return cluster.listServices();
      },
      getApp(ref) {
        looks.one++;
        return cluster.getApp(ref);
      },
    }));
    try {
      const app = await givenApp(counted);
      const accept = 'text/event-stream';
      const { status } = await counted.ask('HEAD', `${at(app)}?seen=before`, undefined, { accept });
      expect({ status, looks: looks.one }).toEqual({ status: 200, looks: 1 });
      const stream = await follow('/?seen=before', {}, counted.url);
      // In the time of two more looks of the one who is there the other would have had one.
      await expect.poll(() => looks.all, { timeout: 10_000 }).toBe(3);
      expect(looks.one).toBe(1);
      stream.close();
    } finally {
      await counted.close();
    }
  });
});

const updatesOf = (page: string) =>
  /hx-sse:connect="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';

/** The page as a browser's stream has it. */
async function follow(path: string, headers: Record<string, string> = {}, url = world.url) {
  const req = request(new URL(path, url), { headers: { ...headers, accept: 'text/event-stream' } });
  req.end();
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  res.setEncoding('utf8');
  let text = '';
  return {
    /** The next message that has an id. */
    async next(): Promise<string> {
      for await (const part of res.iterator({ destroyOnReturn: false })) {
        text += part;
        if (/^id: .+\n\n$/ms.test(text)) return text;
      }
      throw new Error(`the stream ended with ${text}`);
    },
    /** All that comes until the console ends it. */
    async rest(): Promise<string> {
      for await (const part of res) text += part;
      return text;
    },
    close: () => req.destroy(),
  };
}

describe('a wish', () => {
  test('is told what it will do before it is sent', async () => {
    const app = await twoReleases();
    const page = await look(`${at(app)}/activate?release=1`);
    expect(page).toContain('becomes live as soon as its pods are ready; until then what is live stays');
    expect(page).toContain('A Hold is set');
    expect((await world.cluster.getApp(app))?.spec.hold).toBeUndefined();
  });

  test('to make a release live does it, with the reason and the person, and leads to its Change', async () => {
    const app = await twoReleases();
    const { status, headers } = await submit(`${at(app)}/activate?release=1`, { why: 'r2 is slow' });
    const [change] = await world.store.listChanges({ app: app.uid, open: true });
    expect(status).toBe(303);
    expect(headers.location).toBe(`/changes/${encodeURIComponent(change?.id ?? '')}`);
    expect((await world.cluster.getApp(app))?.spec.hold).toMatchObject({ release: 1, why: 'r2 is slow' });
  });

  test.each(['activate?release=1', 'hold', 'redeploy', 'pin?release=1'])(
    'that another site sends is refused: %s',
    async (verb) => {
      const app = await twoReleases();
      const before = await world.cluster.listWorkloads(app);
      expect((await send(`${at(app)}/${verb}`, {}, 'http://evil.example')).status).toBe(403);
      expect(await world.cluster.getApp(app)).toEqual(app);
      expect(await world.cluster.listWorkloads(app)).toEqual(before);
    },
  );

  test('that is larger than any form is refused before it is taken apart', async () => {
    const app = await givenApp(world);
    const form = { ...carried(await look(`${at(app)}/hold`)), more: 'x'.repeat(64 * 1024) };
    expect((await send(`${at(app)}/hold`, form)).status).toBe(413);
    expect(await world.cluster.getApp(app)).toEqual(app);
  });

  test('that cannot be read is refused', async () => {
    const app = await givenApp(world);
    const origin = `http://${new URL(world.url).host}`;
    const headers = { 'content-type': 'multipart/form-data', origin, ...browser };
    const { status, text } = await world.send('POST', `${at(app)}/hold`, 'x', headers);
    expect({ status, text }).toMatchObject({ status: 400, text: expect.stringContaining('cannot be read') });
  });

  test('that another site sends is refused in words, to a browser and to a program', async () => {
    const words = 'This form is not of this console.';
    const page = await world.ask('POST', '/sweep', undefined, browser);
    expect(page).toMatchObject({ status: 403, text: expect.stringContaining(words) });
    expect((await world.ask('POST', '/sweep')).body).toMatchObject({
      status: 403,
      detail: expect.stringContaining(words),
    });
  });

  test('to hold and to lift', async () => {
    const app = await twoReleases();
    await submit(`${at(app)}/hold`, { why: 'Black Friday' });
    expect((await world.cluster.getApp(app))?.spec.hold).toMatchObject({ why: 'Black Friday' });
    await submit(`${at(app)}/lift`);
    expect((await world.cluster.getApp(app))?.spec.hold).toBeUndefined();
  });

  test('to redeploy', async () => {
    const app = await twoReleases();
    await submit(`${at(app)}/redeploy`);
    expect((await world.cluster.getApp(app))?.spec.redeploy?.by).toMatch(/@/);
  });

  test('to pin and to unpin', async () => {
    const app = await twoReleases();
    await send(`${at(app)}/pin?release=1`);
    expect((await world.cluster.getWorkload(app, 1))?.pinnedBy).toMatch(/@/);
    await send(`${at(app)}/unpin?release=1`);
    expect((await world.cluster.getWorkload(app, 1))?.pinnedBy).toBeUndefined();
  });

  test('to delete wants the name typed', async () => {
    const app = await twoReleases();
    expect(await submit(`${at(app)}/delete`, { name: 'other' })).toMatchObject({ status: 422 });
    expect((await world.cluster.getApp(app))?.deleting).toBe(false);
    await submit(`${at(app)}/delete`, { name: 'shop' });
    expect((await world.cluster.getApp(app))?.deleting ?? true).toBe(true);
  });

  test('with a release that is no number is refused by its name', async () => {
    const app = await twoReleases();
    const { status, text } = await send(`${at(app)}/activate?release=%3Cb%3E`);
    expect(status).toBe(422);
    expect(text).toContain('release');
    expect(text).not.toContain('<b>');
  });
});

describe('a form that was left open', () => {
  const api = (app: App, verb: string, body: object) => world.ask('POST', `/api${at(app)}/${verb}`, body);
  const holdOf = async (app: App) => (await world.cluster.getApp(app))?.spec.hold;
  /** The name is another App's by now. */
  async function replaced(app: App): Promise<App> {
    await world.cluster.deleteApp(app);
    return world.cluster.createApp(app, { ...app.spec, repository: 'acme/other' });
  }

  test('lifts no Hold but the one that it shows', async () => {
    const app = await twoReleases();
    await api(app, 'hold', { by: 'ann', why: 'lunch' });
    const form = await look(`${at(app)}/lift`);
    expect(form).toContain('It ends the Hold of ann (lunch).');
    await api(app, 'lift', { by: 'bob' });
    await api(app, 'activate', { release: 1, by: 'bob', why: 'do not lift' });
    const { status, text } = await send(`${at(app)}/lift`, carried(form));
    expect(status).toBe(409);
    expect(text).toContain('bob holds');
    expect(await holdOf(app)).toMatchObject({ by: 'bob', why: 'do not lift', release: 1 });
  });

  test.each(['hold', 'activate?release=1'])('replaces no Hold that it does not show: %s', async (verb) => {
    const app = await twoReleases();
    const form = await look(`${at(app)}/${verb}`);
    await api(app, 'hold', { by: 'bob', why: 'SECURITY: do not lift' });
    expect((await send(`${at(app)}/${verb}`, carried(form))).status).toBe(409);
    expect(await holdOf(app)).toMatchObject({ by: 'bob', why: 'SECURITY: do not lift' });
    expect(await world.store.listChanges({ app: app.uid, open: true })).toEqual([]);
    expect(await look(`${at(app)}/${verb}`)).toContain(
      'It replaces the Hold of bob (SECURITY: do not lift).',
    );
    expect((await submit(`${at(app)}/${verb}`, { why: 'seen' })).status).toBe(303);
    expect(await holdOf(app)).toMatchObject({ why: 'seen' });
  });

  test.each(['hold', 'activate?release=1', 'lift'])('may be sent twice: %s', async (verb) => {
    const app = await twoReleases();
    const form = { ...carried(await look(`${at(app)}/${verb}`)), why: 'r2 is slow' };
    for (const _ of [1, 2]) expect((await send(`${at(app)}/${verb}`, form)).status).toBe(303);
  });

  test.each(['delete', 'hold', 'redeploy'])('does nothing to another App of the name: %s', async (verb) => {
    const app = await givenApp(world);
    const form = { ...carried(await look(`${at(app)}/${verb}`)), name: 'shop' };
    const other = await replaced(app);
    expect((await send(`${at(app)}/${verb}`, form)).status).toBe(409);
    expect(await world.cluster.getApp(app)).toEqual(other);
  });

  test('redeploys once, however often it is sent', async () => {
    const app = await twoReleases();
    const form = carried(await look(`${at(app)}/redeploy`));
    const { id } = form;
    expect((await send(`${at(app)}/redeploy`, form)).status).toBe(303);
    const wished = await world.cluster.getApp(app);
    expect(wished?.spec.redeploy?.id).toBe(id);
    expect((await send(`${at(app)}/redeploy`, form)).status).toBe(303);
    expect(await world.cluster.getApp(app)).toEqual(wished);
    expect((await submit(`${at(app)}/redeploy`)).status).toBe(303);
    expect((await world.cluster.getApp(app))?.spec.redeploy?.id).not.toBe(id);
  });
});

describe('a log', () => {
  const key = 'a'.repeat(32);

  test('of 10 MB shows its end at once, and finds words in all of it', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `step ${i} of a build that talks very much`);
    await world.store.saveLog(buildLogId(key), ['the needle', ...lines].join('\n'));
    const page = await look(`/builds/${key}`);
    expect(page.length).toBeLessThan(100_000);
    expect(page).toContain('step 199999');
    expect(await look(`/builds/${key}?q=NEEDLE`)).toContain('the needle');
  });

  test('prints nothing that a browser would run, or a terminal obey', async () => {
    await world.store.saveLog(buildLogId(key), '<script>alert(1)</script>\x1b[31mred\x1b[0m\x07');
    const page = await look(`/builds/${key}`);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;red');
    expect(page).not.toMatch(/[\x00-\x08\x1b]/);
  });

  test.each(['../../etc/passwd', 'zz', ''])('of a build that cannot be is not there: %j', async (bad) => {
    expect((await world.ask('GET', `/builds/${encodeURIComponent(bad)}`)).status).toBe(404);
  });
});

describe('what people wrote', () => {
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>`;

  test('is text on every page, and no page has a script or a style of its own', async () => {
    const app = await givenApp(world, { releases: [standby, live], live: 2 });
    const { id } = await givenChange(world, app, { title: evil, author: evil, reason: evil });
    await submit(`${at(app)}/hold`, { why: evil });
    for (const path of [
      '/',
      at(app),
      `/changes/${encodeURIComponent(id)}`,
      '/status',
      '/sweep',
      `/?q=${encodeURIComponent(evil)}`,
    ]) {
      const page = await look(path);
      expect(page).not.toContain('<img');
      expect(page.match(/<script(?! src="\/assets\/)/g), path).toBeNull();
      expect(page.replace(/"[^"]*"/g, '').match(/<[^>]* (on\w+|style)=/g), path).toBeNull();
    }
  });

  test('hides nothing and turns nothing around, however long it is', async () => {
    const turned = 'gpj.\u202eexe';
    const repository = `acme/turned-${randomUUID().slice(0, 8)}`;
    world.repository(repository, undefined, [], `${turned} ${'x'.repeat(50_000)}\n\nbody`);
    const proposed = await look(`/register?repository=${repository}`);
    expect(proposed).toContain('gpj. exe');
    expect(proposed.length).toBeLessThan(10_000);
    const app = await givenApp(world);
    // By kubectl: nothing of the console has seen it.
    await world.cluster.updateApp(app, { hold: { by: turned, why: turned, at: new Date().toISOString() } });
    const held = await look(at(app));
    expect(held).toContain('Held by gpj. exe: gpj. exe.');
    for (const page of [proposed, held, await look(`${at(app)}/redeploy`)])
      expect(page).not.toContain('\u202e');
    const { body } = await world.ask('POST', `/api${at(app)}/hold`, { by: turned, why: turned });
    expect(body.hold).toMatchObject({ by: 'gpj. exe', why: 'gpj. exe' });
  });

  test('could run nothing even so: the policy of every page allows files of the console alone', async () => {
    const policy = (await world.ask('GET', '/')).headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|data:/);
  });
});

describe('who may look', () => {
  test.each(['/', '/status', '/sweep', '/changes/x'])('not a page by another name: %s', async (path) => {
    expect((await world.ask('GET', path, undefined, { host: 'evil.example' })).status).toBe(403);
  });

  test('with a token in place nobody without it, and whoever has it under the name that they give', async () => {
    const closed = await openConsole({ API_TOKEN: 'secret-of-the-api' });
    const basic = (name: string, password: string) => ({
      ...browser,
      authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
    });
    try {
      const refused = await closed.ask('GET', '/', undefined, browser);
      expect(refused.status).toBe(401);
      expect(refused.headers['www-authenticate']).toContain('Basic realm="cite"');
      expect((await closed.ask('GET', '/', undefined, basic('ann', 'wrong'))).status).toBe(401);
      expect((await closed.ask('GET', '/', undefined, basic('ann', 'secret-of-the-api'))).status).toBe(200);
      const app = await givenApp(closed, { releases: [live], live: 1 });
      const headers = { ...basic('ann', 'secret-of-the-api'), origin: `http://${new URL(closed.url).host}` };
      const form = carried((await closed.ask('GET', `${at(app)}/hold`, undefined, headers)).text);
      await closed.send('POST', `${at(app)}/hold`, `${new URLSearchParams({ ...form, why: 'lunch' })}`, {
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      });
      expect((await closed.cluster.getApp(app))?.spec.hold).toMatchObject({ by: 'ann', why: 'lunch' });
    } finally {
      await closed.close();
    }
  });
});

describe('a file of the pages', () => {
  test('is kept by browsers for ever, since its address is that of its content', async () => {
    const address = /href="(\/assets\/[^"]+console\.css)"/.exec(await look('/'))?.[1] ?? '';
    const { status, headers } = await world.ask('GET', address);
    expect(status).toBe(200);
    expect(headers['cache-control']).toContain('immutable');
    expect((await world.ask('GET', address.replace(/\/assets\/[^/]+/, '/assets/old'))).status).toBe(404);
  });
});
