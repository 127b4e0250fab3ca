import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from 'commander';
import type { WhyView } from '../../../functions/console/routes/why.ts';
import type { ChangeView } from '../../../functions/console/views/change.ts';
import { appsOn, noApp } from '../apps-on.ts';
import { durationArgument } from '../arguments.ts';
import { checkedOut, commitOf, git, pushRemote, type Source, source } from '../checkout.ts';
import { ApiFailure, path } from '../client.ts';
import { Failure } from '../failure.ts';
import { type ChangeStep, type DeliveryStep, follow } from '../follow.ts';
import { type Session, sessionOf } from '../session.ts';
import { shortCommit, shownJson, spoken } from '../text.ts';
import { indented, stepLine } from '../words.ts';

interface Options {
  readonly timeout: number;
}

/** What is as it was meant to be: a commit that a newer one has overtaken is in that one. */
const WELL: readonly string[] = ['deployed', 'skipped', 'superseded'];

const EXIT =
  'Exit code 0: every App deployed it, skipped it, or a newer commit superseded it. 1: one failed, refused or cancelled it,\nor has no verdict in time. With --json every step is a line of JSON.';

export function watchCommands(program: Command): void {
  withTimeout(program.command('watch'))
    .argument('[commit]', 'its digits, or a name of it in git (default: HEAD)')
    .description('follow a commit, a line per step, until every App has its verdict')
    .action(async (text: string | undefined, { timeout }: Options, command) => {
      const session = sessionOf(command);
      const commit = await commitOf(text ?? 'HEAD');
      if (commit === undefined) throw new Failure(`${text ?? 'HEAD'} is no commit here. ${NAME_ONE}`);
      // Of another commit than the branch's own it is not known which Apps should have it.
      const from = commit === (await commitOf('HEAD')) ? await source() : undefined;
      await watch(session, commit, from, timeout);
    });

  withTimeout(program.command('push'))
    .argument('[options...]', "git push's own, behind --: cite push -- --force-with-lease")
    .description('git push of the branch that is checked out, then cite watch')
    .action(async (options: readonly string[], { timeout }: Options, command) => {
      const session = sessionOf(command);
      const branch = await checkedOut();
      const commit = await commitOf('HEAD');
      if (branch === undefined || commit === undefined)
        throw new Failure(
          'no branch with a commit is checked out here. Go into the checkout, or git switch to one.',
        );
      const before = await knownBefore(session, commit);
      await push(branch, options);
      await watch(session, commit, await source(), timeout, before);
    });
}

const NAME_ONE = 'Name a commit, or go into the checkout.';

const withTimeout = (command: Command) =>
  command
    .option('--timeout <time>', 'give up after 90s, 10m, 2h', durationArgument, durationArgument('30m'))
    .addHelpText('after', `\n${EXIT}`);

/** What is known of a commit that comes to its branch again, forced back to it: what comes of this push is something else. */
async function knownBefore({ api }: Session, commit: string): Promise<ReadonlySet<string>> {
  if ((await git('rev-parse', '--verify', '--quiet', '@{push}')) === commit) return new Set();
  try {
    const { changes, deliveries } = await api.call<WhyView>('GET', path`/api/why/${commit}`);
    return new Set([...changes, ...deliveries].map(({ id }) => id));
  } catch (err) {
    if (err instanceof ApiFailure && err.status === 404) return new Set();
    throw err;
  }
}

/** A branch that follows none yet goes where git would push it, and follows it from then on. All else is git's to say. */
async function push(branch: string, options: readonly string[]): Promise<void> {
  const follows = (await git('config', '--get', `branch.${branch}.merge`)) !== undefined;
  const named = options.some((option) => !option.startsWith('-'));
  const first = follows || named ? undefined : ((await pushRemote(branch)) ?? 'origin');
  const args = first === undefined ? options : ['--set-upstream', ...options, first, 'HEAD'];
  // What git prints is for the person: standard output has the steps alone.
  const child = spawn('git', ['push', ...args], { stdio: ['inherit', 2, 2] });
  const [code] = (await once(child, 'exit').catch((cause: unknown) => {
    throw new Failure('git cannot be started. Install it, or add it to PATH.', { cause });
  })) as [number | null];
  if (code !== 0) throw new Failure(`git push failed (${code ?? 'it was ended'}): the lines above say why.`);
}

async function watch(
  session: Session,
  commit: string,
  from: Source | undefined,
  timeoutMs: number,
  before: ReadonlySet<string> = new Set(),
): Promise<void> {
  const { api, json } = session;
  const apps = from === undefined ? [] : await appsOn(session, from);
  let isSaid = false;
  const onUnknown = () => {
    if (from !== undefined && apps.length === 0) throw noApp(from);
    if (!isSaid)
      console.error(`cite: nothing is known of ${shortCommit(commit)} yet. It waits; was it pushed?`);
    isSaid = true;
  };
  const verdicts = new Map<string, ChangeView['verdict']>();
  for await (const step of follow(api, { commit, apps, before, timeoutMs, onUnknown })) {
    if ('change' in step) verdicts.set(`${step.app.namespace}/${step.app.name}`, step.verdict);
    console.log(json ? shownJson(step) : words(step));
  }
  if (verdicts.size === 0 && from !== undefined) throw noApp(from);
  const isWell =
    verdicts.size > 0 && [...verdicts.values()].every((one) => one && WELL.includes(one.outcome));
  if (!isWell) process.exitCode = 1;
}

function words(step: ChangeStep | DeliveryStep): string {
  if ('judgement' in step) {
    const { receivedAt, repository, event, judgement } = step;
    return spoken(`${receivedAt}  ${repository}  delivery ${event}  ${judgement}`);
  }
  const { verdict } = step;
  return verdict?.detail === undefined ? stepLine(step) : `${stepLine(step)}\n${indented(verdict.detail)}`;
}
