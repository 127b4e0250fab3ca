import type { App } from '../../shared/domain/app.ts';
import type { Destination, Notice } from '../../shared/domain/notice.ts';
import type { AppEvent } from '../../shared/ports/cluster.ts';
import type { Answer, Unanswered } from '../../shared/ports/receivers.ts';
import { PATIENCE_MS, subjectOf } from './decide.ts';

/** Attempts that follow each other by the broker's pauses, less than a second: a connection that broke is no outage. */
const QUICK_TRIES = 3;
/** resync looks for what is due at every tick, each five minutes. */
const FIRST_PAUSE_MS = 5 * 60 * 1000;
const LONGEST_PAUSE_MS = 60 * 60 * 1000;

/** Where to, by the content of the Secret. */
export function addressOf(
  { kind, secret }: Destination,
  content: Readonly<Record<string, string>> | undefined,
): { readonly url: string; readonly key?: string } | Unanswered {
  if (!content) return { fault: 'there is no such Secret', remedy: `Create ${secret}, with the key url.` };
  const [url, key] = [content.url?.trim(), content.key?.trim()];
  if (!url) return { fault: 'the Secret has no url', remedy: 'Put the address into it, as url.' };
  if (kind === 'slack') return { url };
  if (!key)
    return {
      fault: 'the Secret has no key',
      remedy: 'Put whsec_ and 32 random bytes in base64 into it, as key.',
    };
  return { url, key };
}

/** Who took the destination out of the App, or deleted it, wants nothing told there any more. */
export const isWanted = (
  { destination, change }: Notice,
  app: Pick<App, 'uid' | 'spec'> | undefined,
): boolean =>
  app?.uid === change.app.uid &&
  app.spec.notifications.some(
    ({ kind, secret }) => kind === destination.kind && secret === destination.secret,
  );

/** The first attempt waits for nothing: a clock that is behind the one that wrote it would. */
export const isDue = ({ state, attempts, dueAt }: Notice, now: Date): boolean =>
  state === 'pending' && (attempts === 0 || Date.parse(dueAt) <= now.getTime());

export interface Attempted {
  readonly notice: Notice;
  /** The broker is to bring it again at once; else resync does when it is due. */
  readonly again: boolean;
  /** What the App's people are told. */
  readonly event?: Omit<AppEvent, 'at'>;
}

/**
 * What an attempt has come to. Whatever went wrong is tried again for a day, for a person may mend even what is refused; 410 says that
 * nobody will (Standard Webhooks, "Disabling endpoints").
 */
export function decideDelivery(notice: Notice, answer: Answer, now: Date): Attempted {
  const attempts = notice.attempts + 1;
  if ('status' in answer && answer.status >= 200 && answer.status < 300)
    return { notice: { ...settled(notice, 'told'), attempts }, again: false };

  const { fault, remedy } = wrong(answer);
  const end = Date.parse(notice.writtenAt) + PATIENCE_MS;
  const isGone = 'status' in answer && answer.status === 410;
  if (isGone || now.getTime() >= end)
    return {
      notice: { ...settled(notice, 'given up'), attempts, fault },
      again: false,
      event: lost(notice, attempts, fault),
    };

  const asked = 'status' in answer ? answer.retryAfterMs : undefined;
  const again = remedy === undefined && asked === undefined && attempts <= QUICK_TRIES;
  const wait = asked ?? (again ? 0 : pause(attempts));
  const dueAt = new Date(Math.min(now.getTime() + wait, end)).toISOString();
  const next = { ...notice, attempts, dueAt, fault };
  return {
    notice: next,
    again,
    ...(remedy === undefined ? {} : { event: failed(notice, fault, remedy, end) }),
  };
}

/** The notice that nobody wants to be told any more. */
export const dropped = (notice: Notice): Notice => settled(notice, 'dropped');

const settled = ({ fault: _, ...notice }: Notice, state: Notice['state']): Notice => ({ ...notice, state });

const pause = (attempts: number) =>
  Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, attempts - QUICK_TRIES - 1), LONGEST_PAUSE_MS);

/** With a remedy, where no time mends it: 408, 425 and 429 ask for another time. */
function wrong(answer: Answer): Unanswered {
  if ('fault' in answer) return answer;
  const { status } = answer;
  if (status >= 300 && status < 400)
    return {
      fault: `it answered ${status}, and redirects are not followed`,
      remedy: 'Put the address that it leads to into the Secret.',
    };
  const isRefused = status >= 400 && status < 500 && ![408, 425, 429].includes(status);
  return {
    fault: `it answered ${status}`,
    ...(isRefused ? { remedy: 'Look whether the url in the Secret is still valid.' } : {}),
  };
}

const failed = (notice: Notice, fault: string, remedy: string, end: number): Omit<AppEvent, 'at'> => ({
  id: `${notice.id}/${fault}`,
  type: 'Warning',
  reason: 'NotificationFailed',
  message: `${untold(notice)}: ${fault}. ${remedy} It is tried again until ${new Date(end).toISOString()}.`,
});

const lost = (notice: Notice, attempts: number, fault: string): Omit<AppEvent, 'at'> => ({
  id: `${notice.id}/given up`,
  type: 'Warning',
  reason: 'NotificationLost',
  message: `${untold(notice)}: ${fault}. It was tried ${attempts} times, and is not tried again.`,
});

const untold = ({ destination, event, change }: Notice) =>
  `${destination.kind} by the Secret ${destination.secret} was not told of ${subjectOf(change)}, ${event}`;
