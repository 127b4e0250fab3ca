import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  buildScript,
  SOURCE,
  WAITING_FOR_REGISTRY,
} from '../../../shared/adapters/kubernetes/build-script.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cite-build-script-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'source'));
  writeFileSync(join(folder, 'source/Dockerfile'), 'FROM scratch');
  program('buildkitd', 'exec /bin/sleep 10');
  // Every second takes ten milliseconds.
  program('sleep', 'exec /bin/sleep "$(printf "0.%02d" "$1")"');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, text: string): void {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** The build step in a folder of its own, with programs of that folder. */
function run() {
  const script = buildScript
    .replaceAll('/tmp/', `${folder}/`)
    .replaceAll(SOURCE, join(folder, 'source'))
    .replaceAll('/dev/termination-log', join(folder, 'result'));
  const PATH = `${join(folder, 'bin')}:${process.env.PATH}`;
  const env = {
    PATH,
    FOLDER: folder,
    CONTEXT: '.',
    BUILDER: 'auto',
    IMAGE: 'r.test/web:1',
    CACHE: 'r.test/web:cache',
  };
  return spawnSync('bash', ['-c', script, 'build'], { env, encoding: 'utf8', timeout: 20_000 });
}

const mark = () => join(folder, WAITING_FOR_REGISTRY.replace('/tmp/', ''));

/** The first try fails with these words; the second says what it finds of the mark, at once and after 60 s, and fails for good. */
const failing = (words: string) => `[ "$1" = debug ] && exit 0
cd "$FOLDER"
if ! [ -e tried ]; then touch tried; echo '${words}'; exit 1; fi
[ -e waiting-for-registry ] && echo 'marked at first'
sleep 60
[ -e waiting-for-registry ] || echo 'forgotten later'
echo 'did not complete successfully'; exit 1`;

test.each([
  'error: failed to solve: failed to do request: 429',
  'error: failed to solve: failed to push r.test/web:1: errors:\nunknown: what was uploaded is damaged',
])('a registry that is away is waited for; once a try goes on, the build no longer says so: %j', (words) => {
  program('buildctl', failing(words));
  const { stdout, status } = run();
  expect(status).toBe(1);
  expect(stdout).toContain('Tried again in 10 s');
  expect(stdout).toContain('marked at first');
  expect(stdout).toContain('forgotten later');
  expect(existsSync(mark())).toBe(false);
});

test.each([
  'error: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1',
  '#7 0.1 failed to push\nerror: failed to solve: process "false" did not complete successfully: exit code: 1',
  '#7 0.1 failed to push\nerror: failed to solve: there is no such stage',
  '#7 0.1 unexpected status 503\n#7 0.2 failed to push',
])('what the repository is to blame for ends it at once: %j', (words) => {
  program('buildctl', failing(words));
  const { stdout, status } = run();
  expect(status).toBe(1);
  expect(stdout).not.toContain('Tried again');
  expect(existsSync(mark())).toBe(false);
});
