import type { App } from '../../shared/domain/app.ts';
import type { Change } from '../../shared/domain/change.ts';
import { kept } from '../../shared/domain/kept.ts';
import { type Notice, type NoticeEvent, noticeId } from '../../shared/domain/notice.ts';
import { isPastTelling } from './decide.ts';

/** What there is to tell of the Change as it is: its way there is on its page. */
export const eventOf = ({ state, verdict }: Pick<Change, 'state' | 'verdict'>): NoticeEvent | undefined =>
  verdict?.outcome ?? (state === 'held' ? 'held' : undefined);

/**
 * One for each destination of the App that wants to be told of it. Another App of the name is not its App. After a loss of the
 * store all that the cluster remembers is found again at once: what is older than any notice gets was told, or given up.
 */
export function noticesOf(
  change: Change,
  app: Pick<App, 'uid' | 'spec'> | undefined,
  now: Date,
): readonly Notice[] {
  const event = eventOf(change);
  if (event === undefined || app?.uid !== change.app.uid) return [];
  if (change.foundAgain && isPastTelling(change, now)) return [];
  // That it was told is not known for longer: told so late it may be a second time.
  if (now.getTime() - Date.parse(change.updatedAt) >= kept.notice) return [];
  return app.spec.notifications
    .filter(({ events }) => events.includes(event))
    .map(({ kind, secret }) => ({
      id: noticeId(change.id, event, { kind, secret }),
      destination: { kind, secret },
      event,
      change: seen(change),
      at: change.updatedAt,
      writtenAt: now.toISOString(),
      state: 'pending',
      attempts: 0,
      dueAt: now.toISOString(),
      revision: 0,
    }));
}

const seen = (change: Change): Notice['change'] => {
  const { id, app, repository, branch, kind, commit, title, author, by, release, reason } = change;
  return {
    ...{ id, app, repository, branch, kind, commit, title, author, reason },
    ...(by === undefined ? {} : { by }),
    ...(release === undefined ? {} : { release }),
  };
};
