import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { argv, stdout } from 'node:process';
import type { Browser } from 'playwright-core';
import type { App, Change } from '../../test/e2e/app.ts';
import { answering, nodeApp } from '../../test/e2e/files.ts';
import { cloneOf } from '../../test/e2e/repository.ts';
import { until } from '../../test/e2e/until.ts';
import { openWorld, type World } from '../../test/e2e/world.ts';
import { openBrowser } from '../../test/support/browser.ts';

/** Those that the README shows. */
const SHOWN = ['app-dark', 'apps', 'change'];

/** Until scripts have run, and what is looked up for the page has come. */
const SETTLED_MS = 1500;

// Every page of the console, with something to see on it: to be looked at after a change of one.
// npm run screenshots -- <folder>; without a folder those of the README are made anew.
const folder = argv[2];
const world = await openWorld();
const browser = await openBrowser();
try {
  await photograph(browser, await stories(world));
} finally {
  await browser.close();
  await world.close();
}

/** Apps as they are on some morning; gives the pages, by name. */
async function stories(world: World): Promise<Readonly<Record<string, string>>> {
  const clone = (name: string) =>
    cloneOf(name, `http://127.0.0.1:${world.port}/git/${name}.git`, join(world.dir, 'clones', name));

  const shop = await clone('acme/shop');
  await shop.push(answering('v1'), { message: 'Sell tea' });
  const app = await world.register(shop);
  await app.untilLive('v1');
  await shop.push(answering('v2'), { message: 'Sell coffee, too' });
  await app.untilLive('v2');
  await app.set({ env: { GREETING: 'Good morning' }, replicas: 2 });
  await ended(app, 'config');
  await shop.push(nodeApp('throw new Error("no database at db:5432")'), {
    message: 'Keep carts in a database',
  });
  const broken = await ended(app, 'push');

  const blog = await clone('acme/blog');
  await blog.push(answering('v1'), { message: 'First post' });
  const held = await world.register(blog);
  await held.untilLive('v1');
  await blog.push(answering('v2'), { message: 'A post that was too early' });
  await held.untilLive('v2');
  await held.untilSettled();
  await held.wish('activate', { release: 1, by: 'grace', why: 'the post is for Monday' });
  await held.untilLive('v1');
  await blog.push(answering('v3'), { message: 'Another post' });

  const till = await clone('umbrella/till');
  await till.push(answering('v1'), { message: 'Count the money' });
  await (await world.register(till)).untilLive('v1');

  const at = `/apps/${app.address}`;
  return {
    apps: '/',
    app: at,
    change: `/changes/${encodeURIComponent(broken.id)}`,
    settings: `${at}/settings`,
    activate: `${at}/activate?release=1`,
    log: `${at}/logs`,
    held: `/apps/${held.address}`,
    register: '/register?repository=acme/shop&name=shop-staging',
    changes: '/changes',
    audit: '/audit',
    sweep: '/sweep',
    status: '/status',
    'api-docs': '/api-docs',
  };
}

async function photograph(browser: Browser, pages: Readonly<Record<string, string>>): Promise<void> {
  const to = folder ?? 'docs/screenshots';
  mkdirSync(to, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport: { width: 1080, height: 720 }, colorScheme });
    for (const [name, path] of Object.entries(pages)) {
      const file = colorScheme === 'dark' ? `${name}-dark` : name;
      if (folder === undefined && !SHOWN.includes(file)) continue;
      const page = await context.newPage();
      await page.goto(`http://localhost:${world.port}${path}`);
      await page.waitForTimeout(SETTLED_MS);
      await page.screenshot({ path: `${to}/${file}.png`, fullPage: folder !== undefined });
      stdout.write(`${to}/${file}.png\n`);
      await page.close();
    }
    await context.close();
  }
}

/** The newest Change of the App, once it is of that kind and has its verdict. */
async function ended(app: App, kind: string): Promise<Change> {
  const isIt = (change: Change | undefined) => change?.kind === kind && change.verdict !== undefined;
  const [change] = await until(
    `a ${kind} has ended`,
    () => app.changes(),
    ([newest]) => isIt(newest),
  );
  return change as Change;
}
