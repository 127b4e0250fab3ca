import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConsoleWorld, givenApp, openConsole } from '../functions/console/world.ts';
import { temporaryFolder } from '../local/world.ts';
import { cite, program } from './cite.ts';

test('a shell is told the commands and options that may follow, each in a line with what it does', async () => {
  const { out } = await cite(['complete', '--', 're']);
  const words = out.split('\n').map((line) => line.split('\t')[0]);
  expect(words).toEqual(expect.arrayContaining(['releases', 'redeploy', 'retry']));
  expect(words).not.toContain('apps');
  expect((await cite(['complete', '--', 'apps', ''])).out).toContain('create\t');
  expect((await cite(['complete', '--', 'watch', '--'])).out).toContain('--timeout\t');
});

test.each(['zsh', 'fish'])('%s gets a script of its own', async (shell) => {
  const { code, out } = await cite(['completion', shell]);
  expect(code).toBe(0);
  expect(out).toContain(`# ${shell} completion for cite`);
});

test('bash completes', async () => {
  const { dir, remove } = temporaryFolder();
  writeFileSync(join(dir, 'cite'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
    mode: 0o755,
  });
  // What the package bash-completion gives every script of its kind.
  const script = `
    _get_comp_words_by_ref() { cur=relea prev=cite words=(cite relea) cword=1; }
    source <(cite completion bash)
    $(complete -p cite | grep -o -- '-F [^ ]*' | cut -c4-)
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, PATH: `${dir}:${process.env.PATH}` };
  expect(execFileSync('bash', ['-c', script], { env, encoding: 'utf8' }).trim()).toBe('releases');
  remove();
});

test('another shell is refused with those that are known', async () => {
  const { code, err } = await cite(['completion', 'tcsh']);
  expect(code).toBe(2);
  expect(err).toContain('zsh, bash, fish');
});

describe('the names of Apps are offered', () => {
  let world: ConsoleWorld;
  beforeAll(async () => {
    world = await openConsole();
    for (const ref of [
      { namespace: 'acme', name: 'shop' },
      { namespace: 'acme', name: 'till' },
      { namespace: 'other', name: 'till' },
    ])
      await givenApp(world, { ref });
  });
  afterAll(() => world.close());

  const offered = async (words: readonly string[], url = world.url) => {
    const { code, out, err } = await cite(['complete', '--', ...words], { env: { CITE_URL: url } });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return out
      .split('\n')
      .map((line) => line.split('\t')[0] ?? '')
      .filter((line) => /^(acme|other|shop|till)/.test(line));
  };

  test.each([[['logs', '']], [['apps', 'show', '']], [['changes', '--app', '']], [['events', '--app', '']]])(
    'after %j',
    async (words) => {
      expect(await offered(words)).toEqual(['shop', 'acme/till', 'other/till']);
    },
  );

  test('that begin as what was typed', async () => {
    expect(await offered(['hold', 'sh'])).toEqual(['shop']);
    expect(await offered(['hold', 'acme/'])).toEqual(['acme/shop', 'acme/till']);
  });

  test('nowhere else, and nothing is said where the platform does not answer, or answers something else', async () => {
    expect(await offered([''])).toEqual([]);
    expect(await offered(['status', ''])).toEqual([]);
    expect(await offered(['logs', ''], 'http://127.0.0.1:9')).toEqual([]);
    expect(await offered(['logs', ''], `${world.url}/openapi.json?`)).toEqual([]);
    expect(await offered(['logs', ''], 'no address')).toEqual([]);
  });

  test('without waiting for long', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const begun = performance.now();
    expect(await offered(['logs', ''], `http://127.0.0.1:${(mute.address() as AddressInfo).port}`)).toEqual(
      [],
    );
    expect(performance.now() - begun).toBeLessThan(5000);
    mute.close();
  });
});
