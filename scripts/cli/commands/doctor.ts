import type { Command } from 'commander';
import type { MeView } from '../../../functions/console/routes/me.ts';
import type { StatusView } from '../../../functions/console/routes/status.ts';
import type { WhyView } from '../../../functions/console/routes/why.ts';
import type { AppView } from '../../../functions/console/views/app.ts';
import type { AppSummary } from '../../../functions/console/views/summary.ts';
import manifest from '../../../package.json' with { type: 'json' };
import { appsOn, noApp } from '../apps-on.ts';
import { commitOf, git, type Source, source } from '../checkout.ts';
import { ApiFailure, path } from '../client.ts';
import { type Session, sessionOf } from '../session.ts';
import { paint, shortCommit, spoken } from '../text.ts';
import { limitWords } from './status.ts';

/** What was looked at: well, or what to do about it. */
interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly message: string;
}

export function doctorCommands(program: Command): void {
  program
    .command('doctor')
    .description('whether platform, App and webhook of this checkout are well, and what to do; exit 1 if not')
    .action(async (_options, command) => {
      const session = sessionOf(command);
      const findings = await examine(session);
      session.print({ findings }, () => findings.map(line).join('\n'));
      if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
    });
}

const line = ({ check, ok, message }: Finding) =>
  `${ok ? paint('green', 'ok   ') : paint('red', 'wrong')}  ${check.padEnd(9)} ${spoken(message)}`;

/** What rests on something that is wrong is not looked at. */
async function examine(session: Session): Promise<readonly Finding[]> {
  const platform = await platformFindings(session);
  if (platform.some(({ ok }) => !ok)) return platform;
  const from = await source();
  if (from === undefined) {
    const message =
      'no branch of a repository on a code host is checked out here. Go into the checkout of an App.';
    return [...platform, { check: 'checkout', ok: false, message }];
  }
  const checkout = {
    check: 'checkout',
    ok: true,
    message: `${from.repository} on ${from.host}, branch ${from.branch}`,
  };
  const apps = await appsOn(session, from);
  if (apps.length === 0)
    return [...platform, checkout, { check: 'app', ok: false, message: noApp(from).message }];
  const findings = await Promise.all(apps.map((app) => appFindings(session, app)));
  return [...platform, checkout, ...findings.flat(), await commitFinding(session, from)];
}

async function platformFindings(session: Session): Promise<readonly Finding[]> {
  const { api, url, hasToken } = session;
  try {
    const { version, login, isAdmin } = await api.call<MeView>('GET', '/api/me');
    const accepted = login === undefined ? 'accepted' : `accepted: you are ${login}`;
    return [
      { check: 'platform', ok: true, message: `Cite ${version} at ${url}` },
      ...(isAdmin ? await statusFindings(session) : []),
      { check: 'token', ok: true, message: hasToken ? accepted : 'none is needed' },
      versionFinding(version),
    ];
  } catch (err) {
    if (!(err instanceof ApiFailure)) throw err;
    const { status, message } = err;
    if (status !== 401) return [{ check: 'platform', ok: false, message }];
    return [
      { check: 'platform', ok: true, message: `it answers at ${url}` },
      { check: 'token', ok: false, message },
    ];
  }
}

/** What is of the whole platform, and of its administrators. */
async function statusFindings({ api }: Session): Promise<readonly Finding[]> {
  const { away, rateLimit } = await api.call<StatusView>('GET', '/api/status');
  return [
    ...away.map((reason) => ({ check: 'platform', ok: false, message: reason })),
    ...(rateLimit ? [limitFinding(rateLimit)] : []),
  ];
}

function versionFinding(version: string): Finding {
  const { version: own } = manifest;
  const isSame = version === own;
  const message = isSame ? `this is cite ${own} too` : `this is cite ${own}. Use the cite of ${version}.`;
  return { check: 'version', ok: isSame, message };
}

/** One that is used up stops builds until it is not. */
const limitFinding = (limit: NonNullable<StatusView['rateLimit']>): Finding => ({
  check: 'limit',
  ok: limit.remaining > 0,
  message: `GitHub: ${limitWords(limit)}`,
});

async function appFindings({ api }: Session, { namespace, name }: AppSummary): Promise<readonly Finding[]> {
  const { conditions, status } = await api.call<AppView>('GET', path`/api/apps/${namespace}/${name}`);
  const address = `${namespace}/${name}`;
  const connected = conditions.find(({ type }) => type === 'SourceConnected');
  return [
    { check: 'app', ok: isWell(status.state, conditions), message: `${address}: ${status.state}` },
    {
      check: 'webhook',
      ok: connected?.status === 'True',
      message: connected
        ? `${address}: ${connected.message}`
        : `${address}: it is not connected yet. Wait a moment; then cite status says what got stuck.`,
    },
  ];
}

/** Of the webhook another line tells. */
const isWell = (state: string, conditions: AppView['conditions']) =>
  !/\b(failed|refused)\b/.test(state) &&
  conditions.every(({ type, status }) => type === 'SourceConnected' || status !== 'False');

/** The newest commit that was pushed; one that was not is no fault of anybody's, but does not deploy. */
async function commitFinding({ api }: Session, { branch }: Source): Promise<Finding> {
  const check = 'commit';
  const pushed = await git('rev-parse', '--verify', '--quiet', '@{push}');
  if (pushed === undefined)
    return { check, ok: false, message: `branch ${branch} was never pushed from here. cite push does it.` };
  const short = shortCommit(pushed);
  try {
    const { changes } = await api.call<WhyView>('GET', path`/api/why/${pushed}`);
    const isHead = pushed === (await commitOf('HEAD'));
    const what =
      changes.length > 0
        ? `${short} is known: cite why ${short}`
        : `${short} came to no Change: cite why ${short} says why`;
    return { check, ok: true, message: isHead ? what : `${what}. HEAD is not pushed: cite push does it.` };
  } catch (err) {
    if (err instanceof ApiFailure && err.status === 404) return { check, ok: false, message: err.message };
    throw err;
  }
}
