import type { ProcessId } from '../records/kinds.ts';
import { MARKER, markerOf } from './marker.ts';
import { startTimeOf, withEnvironment } from './proc.ts';
import { endGroup, signalGroup } from './process-group.ts';

/** Children may be born while their parents are being ended: looked for again until none is found, so often at most. */
const ROUNDS = 50;

/**
 * Ends what an earlier run of the platform left behind: the recorded process groups, and (on Linux) every process that
 * bears this data folder's marker, those too that were started in the instant before they were recorded.
 */
export async function endLeftovers(folderId: string, recorded: readonly ProcessId[]): Promise<void> {
  const groups = recorded.filter(({ pid, startTime }) => startTime !== '' && startTimeOf(pid) === startTime);
  await Promise.all(groups.map(({ pid }) => endGroup(pid, 0)));
  for (let round = 0; round < ROUNDS; round += 1) {
    const pids = withEnvironment(`${MARKER}=${markerOf(folderId, '')}`);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function kill(pid: number): void {
  signalGroup(pid, 'SIGKILL');
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
