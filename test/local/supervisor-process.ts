import { pino } from 'pino';
import { supervisor } from '../../scripts/local/cluster/supervisor/supervisor.ts';
import { lockFolder } from '../../scripts/local/lock.ts';

/** A platform to be killed: runs a supervisor on the data folder that it is given, and says when it has started. */
const dir = process.argv[2] ?? '';
lockFolder(dir);
const machine = supervisor({
  dir,
  clock: () => new Date(),
  log: pino({ level: 'silent' }),
});
await machine.start();
process.stdout.write('started\n');
