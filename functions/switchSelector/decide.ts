import type { App } from '../../shared/domain/app.ts';
import { heldBy } from '../../shared/domain/app-spec.ts';
import { type Verdict, verdictText } from '../../shared/domain/change.ts';
import { waitingFor, workloadFailure } from '../../shared/domain/pod-failure.ts';
import {
  isReady,
  isUnproven,
  type Pod,
  type Service,
  type Workload,
  type WorkloadOutcome,
} from '../../shared/domain/workload.ts';

/** One App as it was read: Service first, then App, then Workloads (DESIGN §6). */
export interface SwitchFacts {
  readonly service: Pick<Service, 'live' | 'previous'>;
  readonly app: Pick<App, 'spec'>;
  readonly workloads: readonly Workload[];
  /** Of every Workload that is on its way. */
  readonly pods: readonly Pod[];
  /** Of each Release that has no outcome: the verdict of the Change that made it, where that has one. */
  readonly verdicts: ReadonlyMap<number, Verdict>;
  /** Who wants the open Change of a Release cancelled. */
  readonly cancelledBy: ReadonlyMap<number, string>;
  /** Since when a person waits for the Release of the Hold; undefined: nobody does. */
  readonly askedAt: Date | undefined;
  /** Whether what is live is proven anew for a person who went back to it. */
  readonly toProve: boolean;
  readonly now: Date;
}

export type SwitchDecision =
  | { readonly action: 'nothing'; readonly reason: string }
  | { readonly action: 'wait'; readonly release: number; readonly reason: string }
  | { readonly action: 'hold'; readonly release: number; readonly reason: string }
  | { readonly action: 'supersede'; readonly release: number; readonly by: number; readonly reason: string }
  | { readonly action: 'fail'; readonly release: number; readonly reason: string; readonly pod?: Pod }
  | {
      readonly action: 'settle';
      readonly release: number;
      readonly verdict: Verdict;
      readonly outcome: WorkloadOutcome;
      readonly reason: string;
    }
  | { readonly action: 'give up'; readonly release: number; readonly reason: string; readonly pod?: Pod }
  | { readonly action: 'retire'; readonly release: number; readonly reason: string }
  | {
      readonly action: 'start' | 'switch';
      readonly release: number;
      readonly reason: string;
      /** What somebody did to the Service or its Workload by hand, and this mends: said to the App's people. */
      readonly found?: string;
    }
  | { readonly action: 'adopt'; readonly release: number; readonly reason: string; readonly found: string }
  | { readonly action: 'prove'; readonly release: number; readonly reason: string };

/**
 * The next step towards what should be live, one at a time. The order of the questions matters: a person's wish waits
 * for no proof, and what is selected is proven before anything newer is.
 */
export function decide(given: SwitchFacts): SwitchDecision {
  const { app, workloads } = given;
  const { hold } = app.spec;
  const numbered = (release: number | undefined) => workloads.find((w) => w.release.number === release);
  const facts = { ...given, service: selected(given) };
  const { service } = facts;
  if (hold?.release !== undefined && hold.release !== service.live) {
    const wanted = numbered(hold.release);
    // One that failed, or is gone, is no longer wanted: what is live stays live.
    if (wanted && wanted.outcome !== 'failed') return wished(wanted, facts, `asked for by ${hold.by}`);
  }
  const live = numbered(service.live);
  const ended = live && facts.verdicts.get(live.release.number);
  // A death, or a conflict, came between its verdict and the mark: the verdict is the verdict.
  if (live && ended) return settle(live, ended);
  if (live && (isUnproven(live) || facts.toProve)) {
    // One whose pods are gone is no reason to keep waiting what is ready to take over.
    const next = isReady(live) ? undefined : automatic(facts);
    if (next && (next.action === 'switch' || next.action === 'settle' || next.action === 'supersede'))
      return next;
    return { action: 'prove', release: live.release.number, reason: 'selected, not proven yet' };
  }
  if (live?.outcome === 'deployed' && live.standbySince !== undefined && isReady(live)) {
    const found = `the selector was set to r${live.release.number}, which was on standby: it stays live`;
    return { action: 'adopt', release: live.release.number, reason: 'selected, and on standby', found };
  }
  const previous = numbered(service.previous);
  // Not from what a person asked for: a rollback is never undone by automation (invariant 6).
  if (live?.outcome === 'failed' && hold?.release !== service.live && isWayBack(previous)) {
    return {
      action: 'switch',
      release: previous.release.number,
      reason: `r${live.release.number} was not proven`,
    };
  }
  const next = orphaned(facts, given.service.live) ?? automatic(facts);
  // What is ready to be live does not wait for what will not be.
  return (isPatient(next) ? overtaken(facts) : undefined) ?? next;
}

const isPatient = ({ action }: SwitchDecision) =>
  action === 'nothing' || action === 'wait' || action === 'hold';

/**
 * What was overtaken or cancelled before it was live needs no pods. One that failed keeps them for a look at their logs,
 * until the sweep. Without a standby clock somebody has claimed it, or is about to start that.
 */
function overtaken({ service, workloads }: SwitchFacts): SwitchDecision | undefined {
  const idle = workloads.find(
    ({ release, outcome, replicas, standbySince, pinnedBy }) =>
      (outcome === 'superseded' || outcome === 'cancelled') &&
      release.number !== service.live &&
      replicas > 0 &&
      standbySince !== undefined &&
      pinnedBy === undefined,
  );
  return (
    idle && { action: 'retire', release: idle.release.number, reason: `${idle.outcome} before it was live` }
  );
}

/** A release that was live before keeps that: its rollback is given up, and may be asked for again. */
function wished(wanted: Workload, facts: SwitchFacts, why: string): SwitchDecision {
  const decision = towards(wanted, facts, why);
  return decision.action === 'fail' && wanted.outcome === 'deployed'
    ? { ...decision, action: 'give up' }
    : decision;
}

const isWayBack = (previous: Workload | undefined): previous is Workload =>
  previous?.outcome === 'deployed' && isReady(previous);

/** What is selected as long as something runs it: a selector or a Workload that somebody edited by hand may name nothing. */
function selected({ service, workloads }: SwitchFacts): SwitchFacts['service'] {
  const workload = workloads.find(({ release }) => release.number === service.live);
  if (workload && (workload.replicas > 0 || workload.outcome === undefined)) return service;
  const { live: _, ...nothing } = service;
  return nothing;
}

/** Nothing is selected that runs: what was live has no standby clock, and is the first to take over. */
function orphaned(facts: SwitchFacts, named: number | undefined): SwitchDecision | undefined {
  const { service, workloads } = facts;
  if (service.live !== undefined) return undefined;
  // A death came between a verdict and its mark: without that an older release would be taken for what was live.
  const unmarked = workloads.find(
    ({ release, outcome }) =>
      outcome === undefined && facts.verdicts.get(release.number)?.outcome === 'deployed',
  );
  const verdict = unmarked && facts.verdicts.get(unmarked.release.number);
  if (verdict) return settle(unmarked, verdict);
  const stopped = workloads.find(({ release }) => release.number === named);
  const [adopted] = workloads
    .filter(isWayBack)
    // A standby takes over from what is gone, not from what only has to be started.
    .filter((workload) => !stopped || workload.standbySince === undefined)
    .toSorted(
      (a, b) =>
        Number(a.standbySince !== undefined) - Number(b.standbySince !== undefined) ||
        b.release.number - a.release.number,
    );
  const reason =
    named === undefined ? 'the Service selects nothing' : `the Service selects r${named}, which does not run`;
  if (adopted) {
    const release = adopted.release.number;
    return { action: 'switch', release, reason, found: `${reason}: r${release} is selected again` };
  }
  if (stopped?.outcome !== 'deployed') return undefined;
  return { action: 'start', release: stopped.release.number, reason, found: `${reason}: it is started` };
}

/** Without a wish of a person: the newest Release that is on its way. */
function automatic(facts: SwitchFacts): SwitchDecision {
  const { app, service } = facts;
  const onTheirWay = facts.workloads
    .filter((workload) => workload.outcome === undefined && workload.release.number !== service.live)
    .toSorted((a, b) => b.release.number - a.release.number);
  for (const workload of onTheirWay) {
    const { number } = workload.release;
    const verdict = facts.verdicts.get(number);
    // Its Change ended while it was being made: it goes no further.
    if (verdict) return settle(workload, verdict);
    // It was made after whoever cancels it had looked for it: the verdict may be on its way.
    const by = facts.cancelledBy.get(number);
    if (by !== undefined) return settle(workload, { outcome: 'cancelled', by });
  }
  const [newest, ...older] = onTheirWay;
  if (!newest) return { action: 'nothing', reason: 'nothing is on its way' };
  const by = newest.release.number;
  const stale = older[0];
  if (stale) return supersede(stale, by);
  // Never back by itself (invariant 3).
  if (service.live !== undefined && by < service.live) return supersede(newest, service.live);
  const failure = workloadFailure(newest, ofRelease(facts.pods, by));
  if (failure) return failed(by, failure);
  if (app.spec.hold) return { action: 'hold', release: by, reason: heldBy(app.spec.hold) };
  return towards(newest, facts, 'every wanted pod is ready');
}

const settle = ({ release }: Workload, verdict: Verdict): SwitchDecision => ({
  action: 'settle',
  release: release.number,
  verdict,
  outcome: outcomeOf(verdict),
  reason: verdictText(verdict),
});

function supersede({ release }: Workload, by: number): SwitchDecision {
  return { action: 'supersede', release: release.number, by, reason: `r${by} is newer` };
}

function towards(workload: Workload, facts: SwitchFacts, why: string): SwitchDecision {
  const release = workload.release.number;
  const pods = ofRelease(facts.pods, release);
  if (workload.replicas === 0) return { action: 'start', release, reason: why };
  if (isReady(workload)) return { action: 'switch', release, reason: why };
  const failure =
    workloadFailure(workload, pods) ?? (isLate(facts) ? { why: waitingFor(workload, pods) } : undefined);
  if (failure) return failed(release, failure);
  return { action: 'wait', release, reason: waitingFor(workload, pods) };
}

/** A Deployment that is scaled up again has no deadline of its own: it is Kubernetes' only for a new pod template. */
function isLate({ app, askedAt, now }: SwitchFacts): boolean {
  return askedAt !== undefined && now.getTime() > askedAt.getTime() + app.spec.progressDeadlineSeconds * 1000;
}

function failed(release: number, failure: { why: string; pod?: Pod }): SwitchDecision {
  return { action: 'fail', release, reason: failure.why, ...(failure.pod ? { pod: failure.pod } : {}) };
}

const ofRelease = (pods: readonly Pod[], release: number) => pods.filter((pod) => pod.release === release);

/** What a Workload is marked with whose Change has this verdict. */
export function outcomeOf({ outcome }: Verdict): WorkloadOutcome {
  return outcome === 'skipped' || outcome === 'refused' ? 'failed' : outcome;
}
