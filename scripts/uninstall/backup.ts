import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { Failure } from '../cli/failure.ts';
import type { AppObject } from './app-object.ts';

const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The Apps as kubectl applies them again. The release counter stays: numbers go on after those that still run. */
export function backupText(apps: readonly AppObject[]): string {
  return apps
    .map(({ apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec }) => {
      const kept = Object.entries(annotations ?? {}).filter(([key]) => key !== APPLIED);
      const metadata = {
        name,
        namespace,
        ...(labels ? { labels } : {}),
        ...(kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}),
      };
      return `---\n${stringify({ apiVersion, kind, metadata, spec })}`;
    })
    .join('');
}

/** Never over another one: the second run, after an interrupted first, sees fewer Apps. */
export function writeBackup(file: string, apps: readonly AppObject[]): void {
  try {
    writeFileSync(file, backupText(apps), { flag: 'wx', mode: 0o600 });
  } catch (err) {
    throw new Failure(
      `--backup: ${file} cannot be written: ${(err as Error).message}. Name a file that is not there yet`,
    );
  }
}

/** No colons: not every file system has them. */
export const backupName = (at: Date) =>
  `cite-apps-${at.toISOString().slice(0, 19).replaceAll(':', '-')}.yaml`;
