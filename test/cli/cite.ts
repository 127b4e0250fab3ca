import { spawn } from 'node:child_process';

export const program = new URL('../../scripts/cli/cite.ts', import.meta.url).pathname;

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Options {
  readonly cwd?: string | undefined;
  readonly input?: string;
  readonly env?: object;
}

/** The real process, as a person starts it; standard output is no terminal. */
export const cite = (args: readonly string[], options: Options = {}): Promise<Run> =>
  startCite(args, options).ended;

/** The same while it runs: what it has printed so far, and its end. */
export function startCite(args: readonly string[], options: Options = {}) {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, ...options.env };
  const child = spawn(process.execPath, [program, ...args], { env, cwd: options.cwd });
  child.stdin.end(options.input ?? '');
  const printed = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (part) => (printed.out += part));
  child.stderr.setEncoding('utf8').on('data', (part) => (printed.err += part));
  const ended = new Promise<Run>((resolve) => child.once('close', (code) => resolve({ code, ...printed })));
  return { printed, ended, stop: () => void child.kill() };
}
