import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RetryableError } from '../../shared/domain/errors.ts';
import { givenApp, openConsole } from '../functions/console/world.ts';
import { expectAccessible } from '../support/accessible.ts';
import { noBrowser, openBrowser } from '../support/browser.ts';
import { answering, nodeApp } from './files.ts';
import { openWorld, SCENES, type World } from './world.ts';

let world: World;
let browser: Browser;
let context: BrowserContext;
/** What a browser complained of: a policy that was broken, an error of a script, a file that is missing. */
const complaints: string[] = [];

beforeAll(async () => {
  if (noBrowser) return;
  [world, browser] = await Promise.all([openWorld(), openBrowser()]);
  context = await browser.newContext();
  context.setDefaultTimeout(60_000);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});
afterEach(() => expect(complaints.splice(0)).toEqual([]));

async function open(path: string): Promise<Page> {
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`http://localhost:${world.port}${path}`);
  return page;
}

/** As when another tab is opened before it, or this one again. */
const show = (page: Page, visible: boolean) =>
  page.evaluate(`
    Object.defineProperty(document, 'hidden', { value: ${!visible}, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));`);

describe.skipIf(noBrowser)('in a browser', SCENES, () => {
  test('an App is registered, pushed to, watched, broken, understood, rolled back and swept', async () => {
    const repository = await world.aRepository(answering('v1'));
    const name = repository.name.split('/')[1] ?? '';

    const home = await open('/');
    await home.getByRole('link', { name: 'Register an App' }).click();
    await home.getByLabel('Repository').fill(repository.name);
    await home.getByRole('button', { name: 'Show what it will be' }).click();
    await expectAccessible(home);
    await home.getByRole('button', { name: `Register ${name}` }).click();
    // By itself: nobody loads this page anew.
    await home.getByText('deployed as r1').first().waitFor();
    await expectAccessible(home);

    await repository.push(answering('v2'), { message: 'Say v2' });
    await home.getByText('deployed as r2').first().waitFor();
    await home.locator('#r1').getByText('standby until').waitFor();

    await repository.push(nodeApp('throw new Error("no database")'), { message: 'Use the <b>database</b>' });
    await home.getByText('failed: r3').first().waitFor();
    await home.locator('#changes + ul').getByText('Use the <b>database</b>').click();
    await home.getByText('Error: no database').first().waitFor();
    await expectAccessible(home);

    await home.getByRole('link', { name: `acme/${name}` }).click();
    await home.getByRole('link', { name: 'Make r1 live' }).click();
    await home.getByLabel(/^Why/).fill('v2 is slow');
    await expectAccessible(home);
    await home.getByRole('button', { name: 'Make r1 live' }).click();
    await home.getByText('deployed as r1').first().waitFor();
    expect((await world.ask(`${name}.acme.localhost`, '/')).text).toBe('v1');

    await home.getByRole('link', { name: 'Audit' }).click();
    await home.getByRole('cell', { name: /activate/ }).waitFor();
    await expectAccessible(home);
    await home.getByRole('link', { name: 'Sweep' }).click();
    await home.getByRole('link', { name: `acme/${name} r2` }).waitFor();
    await expectAccessible(home);
    await home.getByRole('link', { name: 'Status' }).click();
    await expectAccessible(home);
  });

  test('settings are changed in a form: what is wrong stands beside its field, what is right becomes a release', async () => {
    const { app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    const page = await open(`/apps/${app.namespace}/${app.name}`);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Replicas').fill('0');
    const environment = page.getByRole('group', { name: 'Environment', exact: true });
    await environment.getByLabel('Name 1').fill('GREETING');
    await environment.getByLabel('Value 1').fill('two\nlines');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Save the settings' }).click();
    await page.getByRole('alert').getByText('Nothing was saved.').waitFor();
    complaints.splice(0);
    await expectAccessible(page);
    await page.getByRole('link', { name: /^Replicas must be/ }).click();
    await page.getByLabel('Replicas').fill('2');
    await page.getByRole('button', { name: 'Save the settings' }).click();
    await page.getByText('deployed as r2').first().waitFor();
    expect((await app.show()).body.spec).toMatchObject({ replicas: 2, env: { GREETING: 'two\nlines' } });
  });

  test('settings that nobody touches stay as they are, to the last character', async () => {
    const console = await openConsole();
    try {
      const { spec } = await givenApp(console, {
        ref: { namespace: 'acme', name: 'shop' },
        spec: {
          build: { command: ' npm ci\nnpm run build ', context: '' },
          checks: [' ci '],
          cancelSupersededBuilds: true,
          expose: 'cluster',
          env: { TEXT: '\n two\r\nlines\rand "more" </textarea><b>&amp;', EMPTY: '', constructor: ' ' },
          readiness: { http: { path: '/a?b=%22' } },
        },
      });
      const page = await context.newPage();
      await page.goto(`${console.url}/apps/acme/shop/settings`);
      await page.getByRole('button', { name: 'Save the settings' }).click();
      await page.getByRole('heading', { name: 'acme/shop', exact: true }).waitFor();
      const app = await console.cluster.getApp({ namespace: 'acme', name: 'shop' });
      expect(app?.spec).toEqual(spec);
      expect(await console.store.listAuditEntries({})).toEqual([]);
      await page.close();
    } finally {
      await console.close();
    }
  });

  test('an open page goes silent while nobody sees it, and is what it should be when somebody does again', async () => {
    const { app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    const streaming = context.waitForEvent('request', (request) => request.url().includes('seen='));
    const page = await open(`/apps/${app.namespace}/${app.name}`);
    const stream = await streaming;
    await show(page, false);
    await expect.poll(() => stream.failure()?.errorText).toBe('net::ERR_ABORTED');
    await world.api('POST', `/api/apps/${app.namespace}/${app.name}/hold`, { why: 'lunch' });
    await show(page, true);
    await page.getByText(/Held by .*lunch/).waitFor();
  });

  test('an open page says that it is behind, is whole again, and says when what it shows is gone', async () => {
    let away = false;
    const console = await openConsole({}, (cluster) => ({
      ...cluster,
      async getApp(ref) {
        if (away) throw new RetryableError('the cluster is away');
        return cluster.getApp(ref);
      },
    }));
    try {
      const app = await givenApp(console, { releases: [{ outcome: 'deployed' }], live: 1 });
      const page = await context.newPage();
      await page.goto(`${console.url}/apps/${app.namespace}/${app.name}`);
      away = true;
      await page.getByRole('status').getByText('the cluster is away').waitFor();
      await page.getByText('Commit of r1').first().waitFor();
      away = false;
      await page.getByText('the cluster is away').waitFor({ state: 'detached' });
      await page.getByText('Commit of r1').first().waitFor();
      await console.cluster.deleteApp(app);
      await page.getByText('There is no App').waitFor();
      await page.getByText('Commit of r1').waitFor({ state: 'detached' });
    } finally {
      await console.close();
    }
  });

  test('the API is read, and tried, from its own document', async () => {
    const { app } = await world.anApp(answering('v1'));
    const page = await open('/api-docs');
    await page.getByRole('button', { name: 'get /api/apps', exact: true }).click();
    await page.getByRole('button', { name: 'Execute' }).click();
    await page.locator('.live-responses-table').getByText(`"name": "${app.name}"`).first().waitFor();
  });

  test('a page is whole on a phone, and without scripts', async () => {
    const { app } = await world.anApp(answering('v1'));
    await app.untilLive('v1');
    const phone = await browser.newContext({
      viewport: { width: 360, height: 740 },
      javaScriptEnabled: false,
    });
    const page = await phone.newPage();
    for (const path of [
      '/',
      `/apps/${app.namespace}/${app.name}`,
      `/apps/${app.namespace}/${app.name}/settings`,
      '/register',
      '/changes',
      '/sweep',
      '/audit',
      '/status',
    ]) {
      await page.goto(`http://localhost:${world.port}${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      // Playwright's own evaluation works without the page's scripts.
      const [content, screen] = await page
        .locator('html')
        .evaluate((html) => [html.scrollWidth, html.clientWidth]);
      expect(content, path).toBe(screen);
    }
    await page.goto(`http://localhost:${world.port}/apps/${app.namespace}/${app.name}`);
    await page.getByRole('link', { name: 'Hold' }).click();
    await page.getByRole('button', { name: 'Hold it' }).click();
    await page.getByText(/^Held by/).waitFor();
    await phone.close();
  });
});
