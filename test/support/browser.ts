import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

/** Why the tests with a browser are skipped; undefined: they run. */
export const noBrowser =
  executablePath === undefined ? 'needs Chromium (Debian: apt-get install chromium)' : undefined;

/** A real browser. Root, as in CI, has no sandbox. */
export function openBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(noBrowser);
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}
