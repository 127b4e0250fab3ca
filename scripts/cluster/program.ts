import { Command, CommanderError } from 'commander';
import { Failure, USAGE } from '../cli/failure.ts';
import { oneLine } from '../cli/text.ts';

/** A command of one file that speaks to a cluster. */
export const clusterCommand = (name: string) =>
  new Command(`npm run ${name} --`)
    .exitOverride()
    .option('--kubeconfig <file>', "the cluster's kubeconfig (KUBECONFIG, else the user's own)")
    .option('--context <name>', 'one of its contexts, instead of the current one');

/** What a person can mend is one line; the rest is a bug and shows where. */
export async function runProgram(name: string, program: Command): Promise<void> {
  // npm runs a script in the project's folder; the person, and the files that they name, are elsewhere.
  if (process.env.npm_lifecycle_event === name && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
  try {
    await program.parseAsync();
  } catch (err) {
    if (err instanceof CommanderError) {
      process.exitCode = err.exitCode === 0 ? 0 : USAGE;
    } else if (err instanceof Failure) {
      console.error(oneLine(err.message));
      process.exitCode = 1;
    } else {
      throw err;
    }
  }
}
