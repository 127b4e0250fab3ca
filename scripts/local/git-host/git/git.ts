import { type ExecFileException, execFile } from 'node:child_process';
import { devNull } from 'node:os';

const LIMIT_MS = 60_000;
const MAX_OUTPUT = 256 * 1024 * 1024;

const config: Readonly<Record<string, string>> = {
  // The folder is the platform's own, whoever owns it on a mounted disk.
  'safe.directory': '*',
  // No garbage collection that outlives its push; history that a force-push left stays to be asked for.
  'gc.auto': '0',
  'receive.autogc': 'false',
  'receive.fsckObjects': 'true',
  // As on GitHub: builds fetch a commit by its SHA, also one that is no longer on a branch.
  'uploadpack.allowAnySHA1InWant': 'true',
  'uploadpack.allowFilter': 'true',
};

/** Environment of every git process: none of the user's settings, so that it behaves alike everywhere. */
export function gitEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const settings = Object.entries({ ...config, ...more });
  return {
    PATH: process.env.PATH ?? '',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    // Anybody who may push could otherwise show one commit in the place of another.
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], i) => [
        [`GIT_CONFIG_KEY_${i}`, key],
        [`GIT_CONFIG_VALUE_${i}`, value],
      ]),
    ),
  };
}

/**
 * Runs git on a bare repository and gives what it printed. Names from outside go in through `input`, or stand behind
 * a prefix or `--`, so that none is ever an option. A failure throws, with what git said.
 */
export function git(folder: string, args: readonly string[], input = ''): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [`--git-dir=${folder}`, ...args],
      { env: gitEnvironment(), encoding: 'buffer', maxBuffer: MAX_OUTPUT, timeout: LIMIT_MS },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`git ${args[0]}: ${stderr.toString().trim()}`, { cause: error }));
        else resolve(stdout);
      },
    );
    child.stdin?.on('error', () => {}); // git ended before it read all: its exit code tells
    child.stdin?.end(input);
  });
}

/** Lines, or with -z what stands between the NULs, of git's output. */
export async function gitItems(folder: string, args: readonly string[], input = ''): Promise<string[]> {
  const text = (await git(folder, args, input)).toString();
  return text.split(args.includes('-z') ? '\0' : '\n').slice(0, -1);
}

/** For commands that say no by exit code 1: what was printed, or undefined. */
export async function gitAnswer(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await git(folder, args)).toString().trim();
  } catch (error) {
    if (((error as Error).cause as ExecFileException).code === 1) return undefined;
    throw error;
  }
}
