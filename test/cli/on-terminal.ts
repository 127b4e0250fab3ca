import { spawn } from 'node:child_process';
import { program } from './cite.ts';

/** `script` gives the command a terminal, of which its output and errors are one. */
export function onTerminal(url: string, args: readonly string[], input: string, cwd?: string) {
  const { PATH, HOME } = process.env;
  const command = [process.execPath, program, ...args].map((part) => `'${part}'`).join(' ');
  const env = { PATH, HOME, CITE_URL: url };
  const child = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], { env, cwd });
  let out = '';
  child.stdout.on('data', (part) => {
    // The terminal echoes what is typed before the question too: it is typed when asked for.
    if (!out.includes('[y/N]') && `${out}${part}`.includes('[y/N]')) child.stdin.write(input);
    out += part;
  });
  return new Promise<{ code: number | null; out: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, out })),
  );
}
