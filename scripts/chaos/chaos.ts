import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { argv, exit, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { noCluster } from '../../test/cluster/machine.ts';
import { openWorld } from '../../test/cluster/world.ts';
import { clusterStage } from './cluster.ts';
import { openMachine } from './machine.ts';
import { type About, droppedOf, report } from './report.ts';
import { rolling } from './rolling.ts';
import { chaos, isFulfilled, type Outcome, type Plan } from './run.ts';
import { onCluster, onMachine } from './scenarios.ts';

const USAGE = `npm run chaos -- [options]            on this machine
npm run chaos:cluster -- [options]    on a whole cluster, which stays up afterwards: ../shared/cluster/down ends it
  --switches <n>     goes on until there were as many (200)
  --requests <n>     and as many visits (1000000)
  --minutes <n>      but no longer (30)
  --per-second <n>   visits in a second at most (1000)
  --strike-every <s> seconds from one strike to the next (12)
  --seed <n>         what strikes whom, and when (the time)
  --report <file>    where the report is written (docs/reports/chaos-<platform>.md)`;

function readOptions() {
  const { values, positionals } = parseArgs({
    args: argv.slice(2),
    allowPositionals: true,
    options: {
      switches: { type: 'string', default: '200' },
      requests: { type: 'string', default: '1000000' },
      minutes: { type: 'string', default: '30' },
      'per-second': { type: 'string', default: '1000' },
      'strike-every': { type: 'string', default: '12' },
      seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
      report: { type: 'string' },
    },
  });
  const count = (name: 'switches' | 'requests' | 'minutes' | 'per-second' | 'strike-every' | 'seed') => {
    const value = Number(values[name]);
    if (!(value >= 0)) throw new Error(`--${name} must be a number, not ${JSON.stringify(values[name])}`);
    return value;
  };
  const plan: Plan = {
    seed: count('seed'),
    switches: count('switches'),
    requests: count('requests'),
    minutes: count('minutes'),
    perSecond: count('per-second'),
    strikeEveryMs: count('strike-every') * 1000,
    slowStartMs: 6000,
  };
  const platform = positionals[0] === 'cluster' ? ('cluster' as const) : ('machine' as const);
  return { plan, platform, file: values.report ?? `docs/reports/chaos-${platform}.md` };
}

/** One line that changes. */
const tell = (counts: string) => stderr.write(`\r${counts}  `);

async function onThisMachine(plan: Plan): Promise<Outcome> {
  const stage = await openMachine();
  try {
    return await chaos(stage, onMachine(stage), plan, { tell });
  } finally {
    await stage.close();
  }
}

async function onACluster(plan: Plan): Promise<Outcome> {
  if (noCluster) throw new Error(`npm run chaos:cluster ${noCluster}`);
  const world = await openWorld();
  const stage = clusterStage(world);
  // Those of a run before: the cluster stays up between them.
  for (const name of ['steady', 'slow-start'])
    await world.machine.kubectl('-n', 'acme', 'delete', 'app', name, '--ignore-not-found', '--wait');
  return chaos(stage, onCluster(stage), plan, {
    tell,
    baselineOf: (web) => rolling(world, web),
  });
}

let options: ReturnType<typeof readOptions>;
try {
  options = readOptions();
} catch (err) {
  stderr.write(`${(err as Error).message}\n\n${USAGE}\n`);
  exit(1);
}
const { plan, platform, file } = options;
const about: About = {
  machine: { title: 'Chaos on one machine', command: 'npm run chaos', platform },
  cluster: { title: 'Chaos on a cluster', command: 'npm run chaos:cluster', platform },
}[platform];
const outcome = await (platform === 'cluster' ? onACluster(plan) : onThisMachine(plan));
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, report(outcome, about));
const dropped = droppedOf(outcome).length;
const done = isFulfilled(outcome);
stdout.write(
  `\n${file}: ${dropped} dropped${done ? '' : '; the plan is not fulfilled, or a switch did not go live'}\n`,
);
exit(dropped === 0 && done ? 0 : 1);
