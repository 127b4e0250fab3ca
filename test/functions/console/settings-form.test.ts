import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FIELDS } from '../../../functions/console/pages/forms/settings-fields.ts';
import { formOf, patchOf } from '../../../functions/console/pages/forms/settings-form.ts';
import type { App } from '../../../shared/domain/app.ts';
import { appSpec } from '../../../shared/domain/app-spec.ts';
import { RetryableError } from '../../../shared/domain/errors.ts';
import { type ConsoleWorld, givenApp, openConsole } from './world.ts';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await openConsole();
  world.repository('acme/shop', { 'index.html': 'hello' }, ['staging']);
});
afterAll(() => world.close());

const at = ({ namespace, name }: App) => `/apps/${namespace}/${name}/settings`;
const browser = { accept: 'text/html' };
const specOf = async (app: App) => (await world.cluster.getApp(app))?.spec;

/** The form as a browser has it when its page was opened. */
async function opened(app: App): Promise<FormData> {
  const { text } = await world.ask('GET', at(app), undefined, browser);
  const form = formOf(app.spec);
  const etag = /name="etag" value="([^"]*)"/.exec(text)?.[1] ?? '';
  form.set('etag', etag.replaceAll('&quot;', '"'));
  // A checkbox that is not checked is not sent: what stands before it says that it was there.
  const { cancelSupersededBuilds } = app.spec;
  form.set('cancelSupersededBuilds', '');
  if (cancelSupersededBuilds) form.append('cancelSupersededBuilds', 'on');
  return form;
}

/** As a browser sends it: every end of a line is CR LF. */
function save(app: App, form: FormData) {
  const asSent = (text: unknown) => String(text).replaceAll(/\r\n?|\n/g, '\r\n');
  const entries = [...form].map(([name, text]): [string, string] => [name, asSent(text)]);
  return world.send('POST', at(app), new URLSearchParams(entries).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
    origin: `http://${new URL(world.url).host}`,
    ...browser,
  });
}

describe('the settings of an App', () => {
  test('have a field each, but for those that the page names', () => {
    const leaves = (schema: z.core.JSONSchema.BaseSchema, path = ''): string[] =>
      Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
        const of = inner as z.core.JSONSchema.BaseSchema;
        return of.properties ? leaves(of, `${path}${name}.`) : [`${path}${name}`];
      });
    const elsewhere =
      /^(repository|notifications|hold\..*|redeploy\..*|liveness\..*|readiness\.(grpc|exec)\..*)$/;
    const wanted = leaves(z.toJSONSchema(appSpec, { io: 'input' })).filter((path) => !elsewhere.test(path));
    expect(FIELDS.map(({ path }) => path).sort()).toEqual(wanted.sort());
  });

  test('that nobody touches stay as they are, though a browser sends every line end as CR LF', async () => {
    const app = await givenApp(world, {
      spec: {
        replicas: 2,
        cancelSupersededBuilds: true,
        checks: ['ci/test', 'lint & more'],
        image: 'ghcr.io/acme/shop:{sha}',
        build: { command: ' npm ci\nnpm run build ' },
        domains: [],
        env: { TEXT: '\n two\r\nlines "and" \'more\' </textarea>', EMPTY: '' },
        readiness: { http: { path: '/healthz?a=b' }, periodSeconds: 3 },
        liveness: { exec: { command: ['true'] } },
        resources: { limits: { memory: '256Mi' } },
        retention: { standbySeconds: 60 },
      },
    });
    expect((await save(app, await opened(app))).status).toBe(303);
    expect(await specOf(app)).toEqual(app.spec);
  });

  test('are changed; one that is emptied has its default again, a name that is gone is gone', async () => {
    const app = await givenApp(world, { spec: { port: 3000, env: { A: '1', B: '2' } } });
    const form = await opened(app);
    form.set('replicas', '3');
    form.set('port', '');
    form.set('domains', '');
    form.set('expose', 'cluster');
    form.append('cancelSupersededBuilds', 'on');
    form.set('checks', 'ci/test\n\n ci/lint ');
    form.delete('env.name');
    form.delete('env.value');
    for (const [name, value] of [
      ['B', '3'],
      ['', ''],
      ['C', 'new'],
    ] as const) {
      form.append('env.name', name);
      form.append('env.value', value);
    }
    form.set('branch', 'staging');
    expect((await save(app, form)).status).toBe(303);
    expect(await specOf(app)).toEqual({
      ...app.spec,
      replicas: 3,
      port: 8080,
      expose: 'cluster',
      cancelSupersededBuilds: true,
      checks: ['ci/test', 'ci/lint'],
      env: { B: '3', C: 'new' },
      branch: 'staging',
    });
  });

  test('whose names are those that objects have are like others', async () => {
    const app = await givenApp(world);
    const form = await opened(app);
    for (const name of ['constructor', 'toString']) {
      form.append('env.name', name);
      form.append('env.value', '1');
    }
    expect((await save(app, form)).status).toBe(303);
    expect((await specOf(app))?.env).toEqual({ constructor: '1', toString: '1' });
  });

  test('that the form does not have stay: it may be of another version', async () => {
    const app = await givenApp(world, {
      spec: { port: 3000, expose: 'cluster', env: { A: '1' }, cancelSupersededBuilds: true, checks: ['ci'] },
    });
    const form = new FormData();
    form.set('etag', String((await opened(app)).get('etag')));
    form.set('replicas', '6');
    expect((await save(app, form)).status).toBe(303);
    expect(await specOf(app)).toEqual({ ...app.spec, replicas: 6 });
  });

  test('as large as they may be are saved', async () => {
    const app = await givenApp(world, { spec: { env: { CONFIG: '{"a":1}'.repeat(4500) } } });
    const form = await opened(app);
    form.set('replicas', '2');
    expect((await save(app, form)).status).toBe(303);
    expect((await specOf(app))?.replicas).toBe(2);
  });

  test('without a path for its readiness are ready by TCP', async () => {
    const app = await givenApp(world, {
      spec: { readiness: { http: { path: '/ready' }, periodSeconds: 5 } },
    });
    const form = await opened(app);
    form.set('readiness.http.path', '');
    expect((await save(app, form)).status).toBe(303);
    expect((await specOf(app))?.readiness).toEqual({ ...app.spec.readiness, http: undefined });
  });

  test.each<[string, string, string]>([
    ['port', '0', 'port'],
    ['port', '80a', 'port'],
    ['replicas', '9'.repeat(20), 'replicas'],
    ['domains', 'shop.example.com\nnot a host', 'domains'],
    ['resources.limits.memory', 'much', 'resources.limits.memory'],
    ['branch', 'no..branch', 'branch'],
    ['branch', 'none', 'branch'],
    ['secret', 'none', 'secret'],
    ['expose', 'everybody', 'expose'],
  ])(
    'with a fault in %s (%s) say so beside it, keep what was typed, and change nothing',
    async (name, text, field) => {
      const app = await givenApp(world);
      const form = await opened(app);
      form.set(name, text);
      form.set('build.command', 'npm run <typed>');
      const answer = await save(app, form);
      expect(answer.status).toBe(422);
      expect(answer.text).toContain(`id="${field}-fault"`);
      expect(answer.text).toContain('aria-invalid="true"');
      expect(answer.text).toContain('npm run &lt;typed&gt;');
      expect(await specOf(app)).toEqual(app.spec);
    },
  );

  test.each([
    ['a name twice', ['A', 'A']],
    ['a name that no shell takes', ['A-B']],
    ['the name of the port', ['PORT']],
    ['a name that nothing can have', ['__proto__']],
    ['a value without a name', ['']],
  ])('with %s in the environment are refused beside it', async (_title, names) => {
    const app = await givenApp(world);
    const form = await opened(app);
    for (const name of names) {
      form.append('env.name', name);
      form.append('env.value', '1');
    }
    const answer = await save(app, form);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('id="env-fault"');
    expect(await specOf(app)).toEqual(app.spec);
  });

  test('that somebody else has changed meanwhile are not written over; what the platform writes is no change', async () => {
    const app = await givenApp(world);
    const [one, other] = [await opened(app), await opened(app)];
    await world.cluster.setAppStatus(app, { state: 'live' });
    await world.ask('POST', `/api${at(app).replace('settings', 'hold')}`, { by: 'ann' });
    await world.ask('POST', `/api${at(app).replace('settings', 'redeploy')}`, { by: 'ann' });
    one.set('replicas', '2');
    other.set('replicas', '3');
    expect((await save(app, one)).status).toBe(303);
    const late = await save(app, other);
    expect(late.status).toBe(412);
    expect(late.text).toContain('The settings have changed since they were read.');
    expect((await specOf(app))?.replicas).toBe(2);
  });

  test('whose answer is lost are not said to be as they were', async () => {
    let away = false;
    const other = await openConsole({}, (cluster) => ({
      ...cluster,
      async updateApp(app, change) {
        const updated = await cluster.updateApp(app, change);
        if (away) throw new RetryableError('its answer was lost');
        return updated;
      },
    }));
    try {
      const app = await givenApp(other);
      away = true;
      const page = (await other.ask('GET', at(app), undefined, browser)).text;
      const etag = /name="etag" value="([^"]*)"/.exec(page)?.[1]?.replaceAll('&quot;', '"') ?? '';
      const answer = await other.send(
        'POST',
        at(app),
        new URLSearchParams({ etag, replicas: '7' }).toString(),
        {
          'content-type': 'application/x-www-form-urlencoded',
          origin: `http://${new URL(other.url).host}`,
          ...browser,
        },
      );
      expect(answer.status).toBe(503);
      expect(answer.text).toContain('It is not known whether it was saved.');
      expect((await other.cluster.getApp(app))?.spec.replicas).toBe(7);
    } finally {
      await other.close();
    }
  });

  test('are patched as they are sent: what is no field is not looked at', () => {
    const settings = appSpec.parse({ repository: 'acme/shop', branch: 'main' });
    const form = formOf(settings);
    form.set('hold.by', 'mallory');
    form.set('repository', 'rival/shop');
    expect(patchOf(form, settings)).not.toHaveProperty('hold');
    expect(patchOf(form, settings)).not.toHaveProperty('repository');
  });
});
