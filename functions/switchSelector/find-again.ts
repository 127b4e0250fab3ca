import {
  type Change,
  type ChangeKind,
  changeOf,
  endedWith,
  type NewChange,
} from '../../shared/domain/change.ts';
import { kept } from '../../shared/domain/kept.ts';
import type { Workload } from '../../shared/domain/workload.ts';
import { ledger } from '../../shared/runtime/ledger.ts';
import { endedBy } from './decide-leftover.ts';
import type { Needs, Scene } from './scene.ts';

/**
 * Changes that the store has lost, opened anew from what the cluster keeps: of what is on its way, so that it ends in its
 * verdict; and of the newest Release, whose verdict may not have been told. True: there is one more now.
 */
export async function findAgain(ports: Needs, scene: Scene, isLookedFor: boolean): Promise<boolean> {
  const lost = scene.unknown.map((workload) => stillOpen(scene, workload));
  const newest = isLookedFor ? await newestLost(ports, scene) : undefined;
  let found = false;
  for (const change of newest ? [...lost, newest] : lost) {
    const { opened } = await ledger(ports).open(change);
    if (opened) ports.log.warn({ change: change.id, state: change.state }, 'the store had lost this Change');
    found ||= opened;
  }
  return found;
}

function stillOpen({ app, service }: Scene, { release }: Workload): NewChange {
  return {
    ...foundAgain(app, release),
    release: release.number,
    state: release.number === service.live ? 'switching' : 'starting',
    reason: `r${release.number} goes on: the store had lost its Change`,
  };
}

/** What is live no longer has been told of long ago; to tell it again would say that it is live. */
async function newestLost(ports: Needs, { app, service, workloads }: Scene): Promise<NewChange | undefined> {
  const workload = workloads.find(({ release }) => release.number === app.lastRelease?.number);
  const verdict = workload && endedBy(workload, service);
  if (!verdict || (verdict.outcome === 'deployed' && verdict.release !== service.live)) return undefined;
  const { release } = workload;
  if (ports.clock().getTime() - Date.parse(release.createdAt) > kept.change) return undefined;
  if (await ports.store.getChange(release.change)) return undefined;
  return { ...foundAgain(app, release), release: release.number, ...endedWith(verdict) };
}

function foundAgain(app: Scene['app'], { change, commit, number }: Workload['release']) {
  const title = `r${number}, found again`;
  // As it was, also where the App was restored from a backup and has another uid.
  return {
    ...changeOf(app, { id: '', kind: kindOf({ id: change }), commit, title, author: '' }),
    id: change,
  };
}

/** The id begins with the App's uid, then the cause: `config/…`, `redeploy/…`, or the id of a push. */
function kindOf({ id }: Pick<Change, 'id'>): ChangeKind {
  const [, cause] = id.split('/');
  return cause === 'config' || cause === 'redeploy' ? cause : 'push';
}
