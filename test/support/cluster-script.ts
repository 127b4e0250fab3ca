import { spawn } from 'node:child_process';

export interface ScriptRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A script for a cluster as the real process, as a person starts it; killed as soon as it has printed `killAt`. */
export function clusterScript(
  name: 'preflight' | 'uninstall',
  args: readonly string[],
  options: { cwd?: string; input?: string; killAt?: RegExp } = {},
): Promise<ScriptRun> {
  const program = new URL(`../../scripts/${name}/${name}.ts`, import.meta.url).pathname;
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [program, ...args], { env: { PATH, HOME }, cwd: options.cwd });
  child.stdin.end(options.input ?? '');
  let out = '';
  let err = '';
  child.stdout.on('data', (part) => {
    out += part;
    if (options.killAt?.test(out)) child.kill('SIGKILL');
  });
  child.stderr.on('data', (part) => (err += part));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}
