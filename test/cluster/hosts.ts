import { readFileSync, writeFileSync } from 'node:fs';
import { GATEWAY } from './machine.ts';

const FILE = '/etc/hosts';
const MARK = '# cite cluster tests';

/** What DNS does for people and for the code host elsewhere: these public names lead to the gateway until `forget`. */
export function publish(...names: string[]): { forget(): void } {
  forget();
  writeFileSync(FILE, `${readFileSync(FILE, 'utf8').trimEnd()}\n${GATEWAY} ${names.join(' ')} ${MARK}\n`);
  return { forget };
}

function forget(): void {
  const lines = readFileSync(FILE, 'utf8').split('\n');
  if (lines.some((line) => line.endsWith(MARK)))
    writeFileSync(FILE, lines.filter((line) => !line.endsWith(MARK)).join('\n'));
}
