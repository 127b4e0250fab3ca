import { InvalidArgumentError } from 'commander';
import { echo } from '../../functions/console/echo.ts';
import type { AppSummary } from '../../functions/console/views/summary.ts';
import { Failure } from './failure.ts';
import type { Session } from './session.ts';

/** `r12` or `12`. */
export function releaseArgument(text: string): number {
  const number = /^r?([1-9]\d{0,8})$/.exec(text)?.[1];
  if (number === undefined) throw new InvalidArgumentError('Give a release as r12.');
  return Number(number);
}

export function countArgument(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1.');
  return Number(text);
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** `2h`, `7d`: so long ago; or a time as people and programs write it. Gives it as the API wants it. */
export function timeArgument(text: string, _before?: unknown, now = new Date()): string {
  const [, count, unit] = /^(\d{1,4})([mhdw])$/.exec(text) ?? [];
  if (count && unit)
    return new Date(now.getTime() - Number(count) * UNITS[unit as keyof typeof UNITS]).toISOString();
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : undefined;
  if (time && !Number.isNaN(time.getTime())) return time.toISOString();
  throw new InvalidArgumentError(
    'Give it as 30m, 2h, 7d or 2w ago, or as 2026-01-31 or 2026-01-31T12:00:00Z.',
  );
}

/** `90s`, `10m`, `2h`: so long, in milliseconds. */
export function durationArgument(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,3})([smh])$/.exec(text) ?? [];
  if (!count) throw new InvalidArgumentError('Give it as 90s, 10m or 2h.');
  return Number(count) * (unit === 's' ? 1000 : UNITS[unit as keyof typeof UNITS]);
}

/** KEY=VALUE, and those before it: an option that may be given again. */
export function pairArgument(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const cut = text.indexOf('=');
  if (cut < 1) throw new InvalidArgumentError('Give it as KEY=VALUE.');
  return { ...before, [text.slice(0, cut)]: text.slice(cut + 1) };
}

export const listArgument = (text: string, before: readonly string[] = []) => [...before, text];

/** How every command is told which App. */
export const appParameter = ['<app>', 'name of an App, or <namespace>/<name>'] as const;

export interface AppAddress {
  readonly namespace: string;
  readonly name: string;
}

/** `<namespace>/<name>`, or the name alone where it is the only one. `missing` says that there is none. */
export async function appArgument(
  { api }: Session,
  text: string,
  missing = `there is no App ${echo(text)}`,
): Promise<AppAddress> {
  const [namespace, name, ...rest] = text.split('/');
  if (namespace && name && rest.length === 0) return { namespace, name };
  if (text.includes('/'))
    throw new Failure(`${echo(text)} is no App. Give it as <name> or <namespace>/<name>.`);
  const { apps } = await api.call<{ apps: AppSummary[] }>('GET', '/api/apps');
  const found = apps.filter((app) => app.name === text);
  const [only] = found;
  if (!only) throw new Failure(`${missing}. cite apps list shows those that are there.`);
  if (found.length > 1) {
    const names = found.map((app) => `${app.namespace}/${app.name}`).join(', ');
    throw new Failure(`there are several Apps ${text}. Say which: ${names}.`);
  }
  return only;
}
