import type { App } from '../../../shared/domain/app.ts';
import type { Change } from '../../../shared/domain/change.ts';
import type { ReleaseState } from './release-state.ts';

/** What an App's state follows from. */
export interface AppFacts {
  readonly app: Pick<App, 'spec' | 'deleting'>;
  /** The release that the Service selects. */
  readonly live: number | undefined;
  readonly newest: Change | undefined;
  /** The newest release: what is left to tell by when the store has lost the Changes. */
  readonly latest: { readonly state: ReleaseState; readonly number: number } | undefined;
}

/** How an App stands, in few words and in those of DESIGN §2: live, r3 failed. */
export function appState({ app, live, newest, latest }: AppFacts): string {
  if (app.deleting) return 'being deleted';
  if (app.spec.hold) return `held by ${app.spec.hold.by}`;
  const next = newest ? ofChange(newest) : latest && { of: `r${latest.number}`, word: latest.state };
  if (live === undefined) return next?.word ?? 'waiting';
  return next && !isQuiet(next.word) ? `live, ${next.of} ${next.word}` : 'live';
}

function ofChange({ state, verdict, release, commit }: Change) {
  return {
    of: release === undefined ? commit.slice(0, 7) : `r${release}`,
    word: verdict?.outcome ?? state,
  };
}

/** Ends that leave what is live as it was meant to be: nobody has to look into them. */
const isQuiet = (word: string) =>
  ['deployed', 'superseded', 'skipped', 'cancelled', 'live', 'standby', 'retired'].includes(word);
