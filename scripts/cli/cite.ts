#!/usr/bin/env node
import { basename } from 'node:path';
import tab from '@bomb.sh/tab/commander';
import { Command, CommanderError, Help } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { appsCommands } from './commands/apps.ts';
import { auditCommands } from './commands/audit.ts';
import { changesCommands } from './commands/changes.ts';
import { doctorCommands } from './commands/doctor.ts';
import { eventsCommands } from './commands/events.ts';
import { holdsCommands } from './commands/holds.ts';
import { initCommands } from './commands/init.ts';
import { loginCommands } from './commands/login.ts';
import { logsCommands } from './commands/logs.ts';
import { openCommands } from './commands/open.ts';
import { podsCommands } from './commands/pods.ts';
import { releasesCommands } from './commands/releases.ts';
import { replayCommands } from './commands/replay.ts';
import { settingsCommands } from './commands/settings.ts';
import { statusCommands } from './commands/status.ts';
import { sweepCommands } from './commands/sweep.ts';
import { watchCommands } from './commands/watch.ts';
import { webhooksCommands } from './commands/webhooks.ts';
import { whyCommands } from './commands/why.ts';
import { Failure, USAGE } from './failure.ts';
import { offerApps } from './offer-apps.ts';
import { addGlobalOptions } from './session.ts';
import { harmless, oneLine } from './text.ts';

// kubectl runs what is called kubectl-cite: the help says what the person typed.
const isPlugin = basename(process.argv[1] ?? '').startsWith('kubectl-');
const commandUsage = (command: Command) =>
  new Help().commandUsage(command).replace(/^cite/, isPlugin ? 'kubectl cite' : 'cite');

const program = addGlobalOptions(new Command('cite'))
  .description('Apps that follow a git branch. <app> is its name, or <namespace>/<name>.')
  .version(manifest.version)
  .exitOverride()
  .configureHelp({ showGlobalOptions: true, commandUsage });

for (const add of [
  appsCommands,
  initCommands,
  openCommands,
  releasesCommands,
  podsCommands,
  holdsCommands,
  changesCommands,
  eventsCommands,
  auditCommands,
  whyCommands,
  watchCommands,
  logsCommands,
  sweepCommands,
  statusCommands,
  replayCommands,
  webhooksCommands,
  doctorCommands,
  loginCommands,
  settingsCommands,
]) {
  add(program);
}
// `cite completion zsh` prints a script for the shell, which asks `cite complete -- <words>` for what may follow.
const [, , asked, , ...words] = process.argv;
if (asked === 'complete') await offerApps(program, words);
tab(program, { completionCommandName: 'completion' });

// npm runs a script in the project's folder; the person, and their checkout, are elsewhere.
if (process.env.npm_lifecycle_event === 'cite' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);

// Whoever reads may have had enough: cite logs | head.
process.stdout.on('error', (err: NodeJS.ErrnoException) => process.exit(err.code === 'EPIPE' ? 0 : 1));

try {
  await program.parseAsync();
} catch (err) {
  if (err instanceof CommanderError) {
    process.exitCode = err.exitCode === 0 ? 0 : USAGE;
  } else if (err instanceof Failure) {
    console.error(`cite: ${oneLine(err.message)}`);
    process.exitCode = 1;
  } else {
    // A fault of ours, or an answer of a shape that is not Cite's: the stack may quote what the other side sent.
    console.error(harmless(`cite: it failed unexpectedly. ${err instanceof Error ? err.stack : err}`));
    process.exitCode = 1;
  }
}
