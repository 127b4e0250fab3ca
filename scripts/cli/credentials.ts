import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from './failure.ts';

interface Saved {
  /** Address of the platform that was logged in to last. */
  readonly current?: string;
  /** By address. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** Where `cite login` keeps what it was given (XDG Base Directory Specification); nobody else on the machine reads it. */
export const credentialsFile = () =>
  join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'cite', 'credentials.json');

export function readCredentials(): Saved {
  const file = credentialsFile();
  try {
    const { current, tokens } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Saved>;
    return { ...(current === undefined ? {} : { current }), tokens: tokens ?? {} };
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return { tokens: {} };
    throw new Failure(`${file} cannot be read. Remove it, and run cite login again.`, { cause: err });
  }
}

/** Undefined: forget the one that is there. */
export function saveToken(url: string, token: string | undefined): void {
  const { current, tokens } = readCredentials();
  const { [url]: _, ...others } = tokens;
  const next: Saved =
    token === undefined
      ? { ...(current === undefined || current === url ? {} : { current }), tokens: others }
      : { current: url, tokens: { ...others, [url]: token } };
  const file = credentialsFile();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const written = `${file}.${process.pid}`;
  writeFileSync(written, `${JSON.stringify(next, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(written, file);
}
