import { localCluster } from '../../scripts/local/cluster/cluster.ts';
import { address } from './world.ts';

/** Another process that writes: `feed-process.ts <data folder> <prefix> <count>`; says when it has begun. */
const [dir = '', prefix = '', count = '0'] = process.argv.slice(2);
const cluster = localCluster({ dir, clock: () => new Date(), serviceAddress: address });
for (let number = 0; number < Number(count); number += 1) {
  await cluster.createNamespace(`${prefix}-${number}`, 'writer');
  if (number === 10) process.stdout.write('begun\n');
  if (number % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
}
cluster.close();
