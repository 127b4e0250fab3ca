import { clusterIsRunning, noCluster, stopMachine } from './machine.ts';

/** A cluster that the tests have started ends with them; one that was there stays, and what they installed in it. */
export function setup(): (() => Promise<void>) | undefined {
  if (noCluster) {
    process.stderr.write(`Skipped: the tests on a whole cluster: ${noCluster}.\n`);
    return undefined;
  }
  if (clusterIsRunning()) return undefined;
  return stopMachine;
}
