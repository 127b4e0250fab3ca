import { stderr, stdout } from 'node:process';
import { connect } from '../../../shared/adapters/kubernetes/connection.ts';
import { noCluster } from '../../../test/cluster/machine.ts';
import { openWorld } from '../../../test/cluster/world.ts';
import { table } from '../figure.ts';
import { idling } from './idling.ts';
import { switching } from './switching.ts';
import { waking } from './waking.ts';

/** On a whole cluster, which stays up afterwards: `../shared/cluster/down` ends it. */
if (noCluster) {
  stderr.write(`npm run bench:cluster ${noCluster}.\n`);
  process.exit(1);
}
const world = await openWorld();
const connection = connect(world.machine.kubeconfig);
const benches = {
  switching: () => switching(world, connection),
  waking: () => waking(world),
  idling: () => idling(world),
};
const wanted = process.argv.slice(2);
for (const [name, measure] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  stdout.write(`\n${name}\n${table(await measure())}\n`);
}
process.exit(0);
