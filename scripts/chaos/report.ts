import { cpus, totalmem } from 'node:os';
import { percentile } from '../bench/statistics.ts';
import { BASELINE_PART, isApart, type Outcome } from './run.ts';
import { type Absent, type Scenario, type Strike, scenarios } from './scenarios.ts';
import { kinds } from './switches.ts';
import { type Failure, overlaps, type Seen, type Visits } from './visits.ts';

export interface About {
  readonly title: string;
  readonly command: string;
  readonly platform: 'machine' | 'cluster';
}

/** Beyond these, failures are counted alone. */
const TOLD = 40;
const GIB = 1024 ** 3;

/** The report of a run as Markdown: counts first, then each failure. */
export function report(outcome: Outcome, about: About): string {
  const { plan, began, ended, switches, seen } = outcome;
  const minutes = ((ended.getTime() - began.getTime()) / 60_000).toFixed(1);
  const { apart, dropped } = split(outcome);
  const live = switches.filter(({ after }) => after !== undefined);
  return `# ${about.title}

Written by \`${about.command}\` on ${began.toISOString().slice(0, 10)}. Seed ${plan.seed}; ${minutes} minutes on ${cpus().length} cores and ${Math.round(totalmem() / GIB)} GiB, shared
with the visitors and with other work.

**${number(total(seen))} visits, ${live.length} switches, ${outcome.strikes.length} strikes: ${dropped.length} dropped.**${
    apart.length > 0
      ? ` Apart: ${apart.length} that failed while a strike had taken away what was answering.`
      : ''
  }

Dropped is a visit that was not answered: no connection, a reset, no answer in 30 s, another status than 200, or another body than a
release of the App gives. No visit is tried again.

## Visits

${visitsTable(seen, apart)}

Releases that answered: ${Object.entries(releasesOf(seen))
    .map(([authority, count]) => `${authority} ${count}`)
    .join(', ')}.
${baselineOf(outcome)}
## Switches

${switchTable(outcome)}

## Strikes

${strikeTable(outcome, about.platform, apart)}

${apart.length === 0 ? '' : `Apart because ${whys(outcome)}.\n\n`}Not on this platform: ${scenarios
    .flatMap((scenario) => {
      const there = scenario[about.platform] as Strike<never> | Absent;
      return 'not' in there ? [`*${scenario.name}* (${there.not})`] : [];
    })
    .join('; ')}.

${droppedTable(outcome, dropped)}`;
}

const errorsOf = (failures: readonly Failure[]) =>
  Object.entries(Object.groupBy(failures, ({ error }) => error.trim()))
    .map(([error, all]) => `${all?.length} × \`${error.replaceAll('|', '/')}\``)
    .join(', ');

function split({ seen, strikes }: Outcome) {
  const apart = seen.failures.filter((failure) => isApart(failure, strikes));
  return { apart, dropped: seen.failures.filter((failure) => !apart.includes(failure)) };
}

export const droppedOf = (outcome: Outcome): readonly Failure[] => split(outcome).dropped;

const total = ({ visits }: Seen) => visits.reduce((sum, { count }) => sum + count, 0);
const number = (value: number) => Math.round(value).toLocaleString('en');
const ms = (value: number) => (value >= 10 ? number(value) : value.toFixed(1));
const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [row(head), row(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(row)].join('\n');

function visitsTable({ visits, failures }: Seen, apart: readonly Failure[]): string {
  const of = (one: Visits) => (failure: Failure) =>
    failure.kind === one.kind && failure.authority === one.authority;
  return table(
    ['visitors', 'visits', 'dropped', 'apart', 'p50 ms', 'p99 ms', 'most ms'],
    visits.map((one) => {
      const aside = apart.filter(of(one)).length;
      const failed = failures.filter(of(one)).length;
      return [
        one.kind,
        number(one.count),
        failed - aside,
        aside,
        ms(one.p50Ms),
        ms(one.p99Ms),
        ms(one.mostMs),
      ];
    }),
  );
}

function releasesOf({ visits }: Seen): Readonly<Record<string, number>> {
  const by = new Map<string, Set<string>>();
  for (const { authority, releases } of visits)
    by.set(authority, new Set([...(by.get(authority) ?? []), ...Object.keys(releases)]));
  return Object.fromEntries([...by].map(([authority, releases]) => [authority, releases.size]));
}

function baselineOf({ baseline }: Outcome): string {
  if (!baseline) return '';
  const { updates, seen } = baseline;
  const took = updates.map(({ from, to }) => (to - from) / 1000);
  const errors = errorsOf(seen.failures);
  const during = seen.failures.filter((failure) => updates.some((one) => overlaps(failure, one))).length;
  return `
## Beside it: a plain Deployment of the same image

Two pods, the same readiness probe and minReadySeconds, a Service, the same gateway, the same kinds of visitors (${BASELINE_PART} as often), in
the same minutes: **${updates.length} rolling updates with Kubernetes' defaults, ${number(total(seen))} visits, ${seen.failures.length} dropped** (${during} of them while an update was
under way), p50 of an update ${percentile(took, 0.5).toFixed(1)} s. None of its pods was killed by force.

${visitsTable(seen, [])}
${errors ? `\n${errors}.\n` : ''}`;
}

function switchTable({ switches }: Outcome): string {
  const rows = kinds.map((kind) => {
    const all = switches.filter((one) => one.kind === kind);
    const live = all.filter(({ after }) => after !== undefined);
    const took = live.map(({ from, to }) => (to - from) / 1000);
    return [
      kind,
      live.length,
      all.length - live.length,
      ...[0.5, 1].map((part) => (took.length > 0 ? percentile(took, part).toFixed(1) : '—')),
    ];
  });
  const not = switches.filter(({ after }) => after === undefined);
  return `${table(['kind', 'live', 'not live', 'asked → first answer, p50 s', 'most s'], rows)}
${not.map(({ kind, app, from, why }) => `\n- ${time(from)} ${kind} of ${app} did not go live: ${why}`).join('')}`;
}

function strikeTable({ strikes }: Outcome, platform: About['platform'], apart: readonly Failure[]): string {
  const played = scenarios.filter((scenario) => !('not' in (scenario[platform] as object)));
  return table(
    ['what strikes', 'when', 'times', 'whole again after, p50 s', 'failed apart'],
    played.map((scenario: Scenario) => {
      const all = strikes.filter((one) => one.scenario === scenario);
      const failed = apart.filter((failure) => isApart(failure, all));
      const when = scenario.when === 'during' ? 'during a switch' : 'between two switches';
      const took = percentile(
        all.map(({ from, to }) => (to - from) / 1000),
        0.5,
      );
      const aside = scenario.apart
        ? `${failed.length}${failed.length > 0 ? ` (${errorsOf(failed)})` : ''}`
        : '—';
      return [scenario.name, when, all.length, took.toFixed(1), aside];
    }),
  );
}

const whys = ({ strikes }: Outcome) =>
  [...new Set(strikes.flatMap(({ scenario }) => scenario.apart?.why ?? []))].join('; ');

const named = (release: number | undefined) => (release === undefined ? 'none' : `r${release}`);
const time = (at: number) => new Date(at).toISOString().slice(11, 23);

/** Each with what was under way: the switch, the strike. */
function droppedTable({ switches, strikes }: Outcome, failures: readonly Failure[]): string {
  if (failures.length === 0) return '';
  const rows = failures.slice(0, TOLD).map((failure) => {
    const under = switches
      .filter((one) => one.app === failure.authority.split('.')[0] && overlaps(failure, one))
      .map(({ kind, before, after }) => `${kind} ${named(before)} → ${named(after)}`);
    const struck = strikes
      .filter((one) => overlaps(failure, one))
      .map(({ scenario, hit }) => `${scenario.name} (${hit})`);
    return [
      time(failure.at),
      failure.authority,
      failure.kind,
      number(failure.ms),
      `\`${failure.error.replaceAll('|', '/')}\``,
      [...under, ...struck].join(', ') || 'nothing',
    ];
  });
  const more = failures.length > TOLD ? `\n\n… and ${failures.length - TOLD} more.` : '';
  return `\n## What was dropped\n\n${table(['at', 'App', 'visitor', 'after ms', 'error', 'under way'], rows)}${more}\n`;
}
