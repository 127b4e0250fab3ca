import { sentence } from '../../../shared/domain/plain-text.ts';
import type { PodSettings, Release } from '../../../shared/domain/release.ts';

/** A release, and what its pods are made with; undefined where that cannot be read any more. */
export interface Configured {
  readonly release: Pick<Release, 'commit' | 'image' | 'secretHash'>;
  readonly pod: PodSettings | undefined;
}

/** Characters of a value that are shown: what is longer is a text of its own. */
const MAX_VALUE = 60;

/**
 * In what a release is configured otherwise than the one before, a short sentence for each: `port 8080 → 9090`. Of
 * environments the names alone, for a value may be a secret that somebody put there; of the secret that it changed. Another
 * image is worth a word only of the same commit.
 */
export function releaseDifference(before: Configured, after: Configured): readonly string[] {
  const settings = before.pod && after.pod ? differing('', { ...before.pod }, { ...after.pod }) : [];
  const [was, is] = [before.release, after.release];
  const isOtherSecret = was.secretHash !== undefined && is.secretHash !== undefined;
  return [
    ...settings,
    ...(isOtherSecret && was.secretHash !== is.secretHash ? ['content of the secret changed'] : []),
    ...(was.commit === is.commit && was.image !== is.image ? ['another image of the same commit'] : []),
  ];
}

type Settings = Readonly<Record<string, unknown>>;

/** By the names that the API and `cite apps set --spec` have: resources.limits.cpu. */
function differing(path: string, before: Settings, after: Settings): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names.flatMap((name) => {
    const [was, is] = [own(before, name), own(after, name)];
    if (path === 'env') return was === is ? [] : [`env ${name} ${happened(was, is)}`];
    const at = path === '' ? name : `${path}.${name}`;
    if (isSettings(was) && isSettings(is)) return differing(at, was, is);
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [words(at, was, is)];
  });
}

const own = (settings: Settings, name: string) =>
  Object.hasOwn(settings, name) ? settings[name] : undefined;

const isSettings = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function happened(was: unknown, is: unknown): string {
  if (was === undefined) return 'added';
  return is === undefined ? 'removed' : 'changed';
}

function words(at: string, was: unknown, is: unknown): string {
  const shown = [was, is].filter((value) => value !== undefined);
  return shown.every(isShort) ? `${at} ${shown.join(' → ')}${one(was, is)}` : `${at} ${happened(was, is)}`;
}

/** Of one that is there on one side alone, which side that is. */
const one = (was: unknown, is: unknown) =>
  was === undefined || is === undefined ? ` ${happened(was, is)}` : '';

const isShort = (value: unknown): value is string | number =>
  typeof value === 'number' ||
  (typeof value === 'string' && value.length <= MAX_VALUE && sentence(value) === value);
