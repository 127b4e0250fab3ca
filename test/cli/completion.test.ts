import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
