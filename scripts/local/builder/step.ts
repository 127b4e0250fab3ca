import { spawn } from 'node:child_process';
import { BuildFailure } from './failure.ts';

/** One program of a build. It writes into the build's log by itself. BuildFailure unless it ends with 0. */
export async function step(options: {
  /** As it is called in the log and in the reason of a failure: `npm ci`. */
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}): Promise<void> {
  say(`$ ${options.name}`);
  const [program = '', ...args] = options.command;
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: options.env, stdio: 'inherit' });
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new BuildFailure(
          error.code === 'ENOENT'
            ? `${program} is not installed`
            : `${options.name} failed: ${error.message}`,
        ),
      ),
    );
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new BuildFailure(
            `${options.name} failed with ${signal ? `signal ${signal}` : `exit code ${code}`}`,
          ),
        );
    });
  });
}

/** A line of the build's log. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
