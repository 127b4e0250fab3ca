import { setTimeout } from 'node:timers/promises';
import type { WhyView } from '../../functions/console/routes/why.ts';
import type { ChangeView } from '../../functions/console/views/change.ts';
import type { AppAddress } from './arguments.ts';
import { ApiFailure, type Client, path } from './client.ts';
import { Failure } from './failure.ts';
import { shortCommit } from './text.ts';

const EVERY_MS = 1000;
/** So long the platform may be away, as while it is upgraded: what it does for a push goes on meanwhile. */
export const AWAY_MS = 60_000;

/** One step of a Change. The last one has its verdict. */
export interface ChangeStep {
  readonly app: AppAddress;
  readonly change: string;
  readonly kind: ChangeView['kind'];
  readonly commit: string;
  readonly release?: number;
  readonly at: string;
  readonly state: ChangeView['state'];
  readonly reason: string;
  readonly verdict?: ChangeView['verdict'];
}

/** A push that came to no Change, or that nobody could judge yet. */
export type DeliveryStep = WhyView['deliveries'][number];

export interface Follow {
  readonly commit: string;
  /** Apps that must have a Change of it before it is over. */
  readonly apps: readonly AppAddress[];
  /** Ids of Changes and deliveries that it is not about. */
  readonly before: ReadonlySet<string>;
  readonly timeoutMs: number;
  /** Called while nothing is known of the commit, with the platform's words; throws where waiting is of no use. */
  readonly onUnknown: (failure: ApiFailure) => void;
}

/**
 * What becomes of a commit, step by step, until its newest Change of every App has its verdict. An older Change of an App
 * is told of no more: a retry, or a rollback to the commit, is what counts then.
 */
export async function* follow(api: Client, wish: Follow): AsyncGenerator<ChangeStep | DeliveryStep> {
  const { commit, apps, before, timeoutMs, onUnknown } = wish;
  const isNew = ({ id }: { readonly id: string }) => !before.has(id);
  const until = Date.now() + timeoutMs;
  const told = new Set<string>();
  let answeredAt: number | undefined;
  let unknown: ApiFailure | undefined;
  for (;;) {
    try {
      const known = await api.call<WhyView>('GET', path`/api/why/${commit}`);
      unknown = undefined;
      answeredAt = Date.now();
      const changes = newestOfEach(known.changes.filter(isNew));
      const deliveries = known.deliveries.filter(isNew);
      for (const step of [...changes.flatMap(stepsOf), ...deliveries.filter(isWorthTelling)]) {
        if (!told.has(keyOf(step))) yield step;
        told.add(keyOf(step));
      }
      if (isOver(deliveries, changes, apps)) return;
    } catch (err) {
      if (!(err instanceof ApiFailure)) throw err;
      if (err.status === 404) {
        unknown = err;
        answeredAt = Date.now();
        onUnknown(err);
      } else if (!isAway(err) || answeredAt === undefined || Date.now() > answeredAt + AWAY_MS) throw err;
    }
    if (Date.now() >= until) throw unknown ?? tooLong(wish);
    await setTimeout(EVERY_MS);
  }
}

/** The platform, or what it needs, may be back soon. */
export const isAway = ({ status }: ApiFailure) => status === undefined || status >= 500;

const addressOf = ({ namespace, name }: AppAddress) => `${namespace}/${name}`;

/** Oldest first; the API lists the newest first. */
function newestOfEach(changes: readonly ChangeView[]): readonly ChangeView[] {
  const newest = new Map(changes.toReversed().map((change) => [addressOf(change.app), change]));
  return [...newest.values()];
}

function stepsOf({ app, id, kind, commit, release, verdict, timeline }: ChangeView): ChangeStep[] {
  return timeline.map((step) => ({
    app,
    change: id,
    kind,
    commit,
    ...(release === undefined ? {} : { release }),
    ...step,
    ...(step.state === 'ended' && verdict ? { verdict } : {}),
  }));
}

/** Its Change may get a number after a step was told: that makes it no other step. */
const keyOf = (step: ChangeStep | DeliveryStep) =>
  JSON.stringify(
    'judgement' in step ? [step.id, step.judgement] : [step.change, step.at, step.state, step.reason],
  );

const isJudged = ({ judgement }: DeliveryStep) => !judgement.startsWith('not judged yet');

const isWorthTelling = ({ event, judgement }: DeliveryStep) =>
  event === 'push' && /^(skipped|not judged yet): /.test(judgement);

function isOver(
  deliveries: readonly DeliveryStep[],
  changes: readonly ChangeView[],
  apps: readonly AppAddress[],
): boolean {
  const pushes = deliveries.filter(({ event }) => event === 'push');
  const changed = new Set(changes.map(({ app }) => addressOf(app)));
  return (
    changes.length + pushes.length > 0 &&
    changes.every(({ verdict }) => verdict !== undefined) &&
    pushes.every(isJudged) &&
    apps.every((app) => changed.has(addressOf(app)))
  );
}

function tooLong({ commit }: Follow): Failure {
  const short = shortCommit(commit);
  return new Failure(
    `it has no verdict yet, and goes on: cite watch ${short} follows it, cite why ${short} tells all.`,
  );
}
