import { isDeepStrictEqual } from 'node:util';
import type { AppSpec } from '../../../../shared/domain/app-spec.ts';
import { echo } from '../../echo.ts';
import { invalid } from '../../problem.ts';
import { FIELDS, type Field } from './settings-fields.ts';

/** The names of the two fields of a pair, as often in the form as there are pairs. */
export const pairOf = (path: string) => ({ name: `${path}.name`, value: `${path}.value` });

/** The form as it is for these settings. */
export function formOf(settings: AppSpec): FormData {
  const form = new FormData();
  for (const { path, kind } of FIELDS) {
    const value = valueAt(settings, path);
    if (value === undefined) continue;
    if (kind === 'pairs') {
      const pair = pairOf(path);
      for (const [name, text] of Object.entries(value as Readonly<Record<string, string>>)) {
        form.append(pair.name, name);
        form.append(pair.value, text);
      }
    } else if (kind === 'lines') form.set(path, (value as readonly string[]).join('\n'));
    else if (kind !== 'switch') form.set(path, String(value));
    else if (value === true) form.set(path, 'on');
  }
  return form;
}

/**
 * What a form asks for, as a merge patch of these settings (RFC 7396): only what is otherwise than it was shown. So what
 * the form has no field for stays, also where it was opened on another version. The schema judges what is in it.
 */
export function patchOf(form: FormData, settings: AppSpec): Readonly<Record<string, unknown>> {
  const patch: Record<string, unknown> = {};
  for (const field of FIELDS) {
    const asked = askedFor(field, form, valueAt(settings, field.path));
    if (asked === undefined) continue;
    put(patch, asked === null ? (WITHOUT.get(field.path) ?? field.path) : field.path, asked);
  }
  return patch;
}

/** Undefined: the form does not have it, or as it was shown. null: its default. */
function askedFor({ path, kind }: Field, form: FormData, before: unknown): unknown {
  if (kind === 'pairs') {
    const isShown = form.has(pairOf(path).name);
    return isShown ? pairs(form, path, before as Readonly<Record<string, string>>) : undefined;
  }
  const entry = form.get(path);
  if (typeof entry !== 'string') return undefined;
  if (kind === 'switch') return form.getAll(path).includes('on');
  const text = asSent(entry).trim();
  if (kind === 'lines') {
    const lines = linesOf(text);
    return isDeepStrictEqual(lines, linesOf((before as readonly string[]).join('\n'))) ? undefined : lines;
  }
  if (text === asSent(String(before ?? '')).trim()) return undefined;
  if (text === '') return null;
  return kind === 'number' && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** What goes with a setting that is left empty: a readiness by HTTP is none without its path. */
const WITHOUT: ReadonlyMap<string, string> = new Map([['readiness.http.path', 'readiness.http']]);

/** The names that are gone are removed: a merge patch leaves alone what it does not name. */
function pairs(
  form: FormData,
  path: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string | null>> {
  const after = new Map<string, string | null>(Object.keys(before).map((name) => [name, null]));
  const seen = new Set<string>();
  for (const [given, value] of pairsIn(form, path)) {
    const name = given.trim();
    if (name === '' && value === '') continue;
    if (name === '') throw invalid(path, 'has a value without a name', 'Give it a name, or clear it, too.');
    if (seen.has(name)) throw invalid(path, `has ${echo(name)} twice`, 'Leave one of them out.');
    if (name === '__proto__')
      throw invalid(path, `has ${name}, a name that nothing can have`, 'Leave it out.');
    const was = Object.hasOwn(before, name) ? before[name] : undefined;
    after.set(name, was !== undefined && asSent(was) === value ? was : value);
    seen.add(name);
  }
  return Object.fromEntries(after);
}

/** Names with their values, as they stand in the form; rows that are empty, too. */
export function pairsIn(form: FormData, path: string): readonly (readonly [name: string, value: string])[] {
  const { name, value } = pairOf(path);
  const values = form.getAll(value).map(textOf);
  return form.getAll(name).map((entry, i) => [textOf(entry), values[i] ?? '']);
}

/** A browser sends every end of a line as CR LF. */
const asSent = (text: string) => text.replaceAll(/\r\n?/g, '\n');

export const textOf = (entry: File | string | null) => (typeof entry === 'string' ? asSent(entry) : '');

const valueAt = (settings: AppSpec, path: string) =>
  path
    .split('.')
    .reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name], settings);

function put(patch: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let at = patch;
  for (const name of names) {
    at[name] ??= {};
    at = at[name] as Record<string, unknown>;
  }
  at[last] = value;
}
