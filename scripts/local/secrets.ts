import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const secrets = z.strictObject({ webhookSecret: z.string().min(32), githubToken: z.string().min(32) });
export type Secrets = z.output<typeof secrets>;

/** What the parts of the platform know each other by: made once per data folder, readable by its owner alone. */
export function localSecrets(dir: string): Secrets {
  const file = join(dir, 'secrets.json');
  const made: Secrets = { webhookSecret: secret(), githubToken: secret() };
  try {
    writeFileSync(file, JSON.stringify(made), { mode: 0o600, flag: 'wx', flush: true });
    return made;
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'EEXIST') throw err;
    return secrets.parse(JSON.parse(readFileSync(file, 'utf8')));
  }
}

const secret = () => randomBytes(32).toString('hex');
