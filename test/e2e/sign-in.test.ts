import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../contract/store/redis-server.ts';
import { bearer, openPeople, type PeopleWorld } from '../functions/console/people.ts';
import { givenApp } from '../functions/console/world.ts';
import { expectAccessible } from '../support/accessible.ts';
import { noBrowser, openBrowser } from '../support/browser.ts';

let world: PeopleWorld;
let browser: Browser;
beforeAll(async () => {
  if (noBrowser) return;
  const port = await freePort();
  world = await openPeople(['root'], { port, CONSOLE_URL: `http://127.0.0.1:${port}` });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

describe.skipIf(noBrowser)('in a browser, with GitHub', () => {
  test('somebody signs in, sees their Apps alone, makes a token that works, ends it, and signs out', async () => {
    await givenApp(world, { ref: { namespace: 'acme', name: 'shop' }, spec: { repository: 'acme/shop' } });
    await givenApp(world, { ref: { namespace: 'acme', name: 'till' }, spec: { repository: 'acme/till' } });
    world.host.permit('ann', 'acme/shop', 'WRITE');
    world.host.sit('ann');
    const page = await (await browser.newContext()).newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });

    await page.goto(`${world.url}/apps/acme/shop`);
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Sign in with GitHub' }).click();
    await page.getByRole('heading', { name: 'acme/shop' }).waitFor();
    await page.getByRole('link', { name: 'Apps', exact: true }).click();
    await page.getByRole('link', { name: 'acme/shop' }).waitFor();
    expect(await page.getByText('acme/till').count()).toBe(0);

    await page.getByRole('link', { name: 'ann', exact: true }).click();
    await page.getByLabel('What it is for').fill('the <b>nightly</b> build');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Make a token' }).click();
    const token = await page.locator('pre').innerText();
    await expectAccessible(page);
    const list = async () => (await world.ask('GET', '/api/apps', undefined, bearer(token.trim()))).status;
    expect(await list()).toBe(200);
    await page.getByRole('link', { name: 'Back to your tokens' }).click();
    await page.getByText('the <b>nightly</b> build').waitFor();
    await page.getByRole('button', { name: 'End the <b>nightly</b> build' }).click();
    await page.getByText('this session').waitFor();
    expect(await page.getByText('the <b>nightly</b> build').count()).toBe(0);
    expect(await list()).toBe(401);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(`${world.url}/`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(complaints).toEqual([]);
  }, 120_000);
});
