import {
  type Change,
  type ChangeKind,
  changeOf,
  endedWith,
  type NewChange,
} from '../../shared/domain/change.ts';
import { isRemembered, type Workload } from '../../shared/domain/workload.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import { endedBy } from './decide-leftover.ts';
import type { Needs, Scene } from './scene.ts';

/**
 * Changes that the store has lost, opened anew from what the cluster keeps: of what is on its way, so that it ends in its
 * verdict; and, where somebody looks for it, of what has ended, for its verdict may not have been told. True: there are
 * more now.
 */
export async function findAgain(ports: Needs, scene: Scene, isLookedFor: boolean): Promise<boolean> {
  const lost = scene.unknown.map((workload) => ({ change: stillOpen(scene, workload), at: ports.clock() }));
  const ended = isLookedFor ? await endedUnknown(ports, scene) : [];
  let found = false;
  for (const { change, at } of [...lost, ...ended]) {
    const { opened } = await ledger(ports).open(change, at);
    if (opened) ports.log.warn({ change: change.id, state: change.state }, 'the store had lost this Change');
    found ||= opened;
  }
  return found;
}

interface Found {
  readonly change: NewChange;
  readonly at: Date;
}

function stillOpen({ app, service }: Scene, { release }: Workload): NewChange {
  return {
    ...foundAgain(app, release),
    release: release.number,
    state: release.number === service.live ? 'switching' : 'starting',
    reason: `r${release.number} goes on: the store had lost its Change`,
  };
}

/** At the time when each was made, so that the ledger is in its old order; of what is live now, that is the last. */
async function endedUnknown(ports: Needs, scene: Scene): Promise<readonly Found[]> {
  const { app, service, workloads } = scene;
  const ended: Found[] = [];
  for (const workload of workloads.toSorted((a, b) => a.release.number - b.release.number)) {
    const { release } = workload;
    const verdict = endedBy(workload, scene);
    if (!verdict || !isRemembered(workload, ports.clock()) || (await ports.store.getChange(release.change)))
      continue;
    const at = release.number === service.live ? ports.clock() : new Date(release.createdAt);
    const change = { ...foundAgain(app, release), release: release.number, ...endedWith(verdict) };
    ended.push({ change, at });
  }
  return ended;
}

function foundAgain(app: Scene['app'], { change, commit, number }: Workload['release']) {
  const title = `r${number}, found again`;
  // As it was, also where the App was restored from a backup and has another uid.
  return {
    ...changeOf(app, { id: '', kind: kindOf({ id: change }), commit, title, author: '' }),
    id: change,
    foundAgain: true,
  } as const;
}

/** The id begins with the App's uid, then the cause: `config/…`, `redeploy/…`, or the id of a push. */
function kindOf({ id }: Pick<Change, 'id'>): ChangeKind {
  const [, cause] = id.split('/');
  return cause === 'config' || cause === 'redeploy' ? cause : 'push';
}
