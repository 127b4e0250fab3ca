import type { App } from '../../shared/domain/app.ts';
import { waitingFor } from '../../shared/domain/pod-failure.ts';
import type { StandbyCheck } from '../../shared/domain/standby-check.ts';
import { isReady, type Pod } from '../../shared/domain/workload.ts';
import type { AppEvent } from '../../shared/ports/cluster.ts';
import type { Standby } from './decide-standbys.ts';

/** What a ready pod answered to a new request; no fault: well. */
export interface Answer {
  readonly pod: string;
  readonly fault?: string | undefined;
}

export interface StandbyFacts {
  readonly app: Pick<App, 'uid'>;
  readonly standby: Standby;
  readonly pods: readonly Pod[];
  readonly answers: readonly Answer[];
  /** What was found the last time. */
  readonly before: StandbyCheck | undefined;
  readonly now: Date;
}

export interface StandbyDecision {
  readonly check: StandbyCheck;
  /** What the App's people are told: only where it is no longer what it was. */
  readonly event?: AppEvent;
}

/** Whether it would take over now: all wanted pods are ready, and each answers. */
export function decide({ app, standby, pods, answers, before, now }: StandbyFacts): StandbyDecision {
  const release = standby.release.number;
  const fault = isReady(standby) ? unanswered(answers) : waitingFor(standby, pods);
  const check = {
    app: app.uid,
    release,
    at: now.toISOString(),
    ...(fault === undefined ? {} : { fault }),
  };
  if ((fault === undefined) === (before?.fault === undefined)) return { check };
  // Named by the last check that found it otherwise: told again after a death, it is the same Event.
  const since = before?.at ?? standby.standbySince.toISOString();
  const event = (reason: string) => ({ id: `standby/r${release}/${since}/${reason}`, reason, at: now });
  return fault === undefined
    ? {
        check,
        event: {
          ...event('StandbyReady'),
          type: 'Normal',
          message: `r${release} would take over again.`,
        },
      }
    : {
        check,
        event: {
          ...event('StandbyBroken'),
          type: 'Warning',
          message: `r${release} is on standby and would not take over: ${fault}`,
        },
      };
}

function unanswered(answers: readonly Answer[]): string | undefined {
  if (answers.length === 0) return 'none of its pods can be asked';
  const bad = answers.find(({ fault }) => fault !== undefined);
  return bad && `pod ${bad.pod}: ${bad.fault}`;
}
