import { spawn } from 'node:child_process';

export const program = new URL('../../scripts/cli/cite.ts', import.meta.url).pathname;

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The real process, as a person starts it; standard output is no terminal. */
export function cite(
  args: readonly string[],
  options: { cwd?: string | undefined; input?: string; env?: object } = {},
): Promise<Run> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, ...options.env };
  const child = spawn(process.execPath, [program, ...args], { env, cwd: options.cwd });
  child.stdin.end(options.input ?? '');
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (part) => (out += part));
  child.stderr.setEncoding('utf8').on('data', (part) => (err += part));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}
