import { BuildFailure } from './failure.ts';
import type { PackageJson } from './package-json.ts';

/**
 * How a Node app is started: the `web` line of its Procfile, else the start script of its package.json (without npm,
 * which would stay between the app and its signals), else its main file.
 */
export function startCommand(
  procfile: string | undefined,
  json: PackageJson | undefined,
  isFile: (path: string) => boolean,
): readonly string[] {
  const web = procfile === undefined ? undefined : /^web[ \t]*:[ \t]*(\S.*?)\s*$/m.exec(procfile)?.[1];
  if (web) return shell(replacingShell(web));
  const { prestart, start } = json?.scripts ?? {};
  if (start) return shell([prestart, replacingShell(start)].filter(Boolean).join(' && '));
  const main = [json?.main, 'server.js'].find((file) => file !== undefined && isFile(file));
  if (main !== undefined) return ['node', main];
  if (procfile !== undefined && !json) throw new BuildFailure('the Procfile has no line "web: <command>"');
  throw new BuildFailure(
    'package.json has no start script, and there is no Procfile, main file or server.js',
  );
}

/** Programs of the app's own packages come first, as npm has it. */
const shell = (command: string) => ['sh', '-c', `PATH="$PWD/node_modules/.bin:$PATH"; ${command}`];

/** One plain command takes the shell's place; `exec` would cut a list of them short and knows no assignments. */
function replacingShell(command: string): string {
  const plain = !/[;&|<>()`\n]/.test(command) && /^[A-Za-z0-9_./-]+(\s|$)/.test(command);
  return plain && !/^(exec|cd|export|set|\.|test|if|for|while|until|case)\s/.test(command)
    ? `exec ${command}`
    : command;
}
