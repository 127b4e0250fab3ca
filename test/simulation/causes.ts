import type { Change, Verdict } from '../../shared/domain/change.ts';
import type { MemoryCodeHost } from '../memory/code-host.ts';
import type { Chronicle } from './chronicle.ts';

interface Day {
  readonly chronicle: Chronicle;
  readonly host: MemoryCodeHost;
  /** Whether the store has ever forgotten something: then a verdict may be given anew, from less. */
  readonly lost: () => boolean;
}

/** Whether the day really had what the verdict of a Change names as its cause. */
export function hasCause(day: Day, change: Change, verdict: Verdict): boolean {
  switch (verdict.outcome) {
    case 'deployed':
      return wasDeployed(day, change, verdict.release);
    case 'superseded':
      return isSuperseded(day, change, verdict.by);
    case 'cancelled':
      return isCancelled(day, change, verdict.by);
    case 'failed':
      return hasFailed(day, change, verdict.why);
    case 'skipped':
      return isSkipped(day, change, verdict.why);
    case 'refused':
      return false;
  }
}

/** Its release was made of that commit, for this very Change unless that only went back to it, and was selected. */
function wasDeployed({ chronicle }: Day, { app, commit, kind, id }: Change, number: number): boolean {
  const release = chronicle.releaseOf(app.uid, number);
  if (!release || release.commit !== commit) return false;
  return (kind === 'rollback' || release.change === id) && chronicle.wasSelected(app.uid, number);
}

function isSuperseded(day: Day, { app, commit, id, release }: Change, by: string): boolean {
  const { chronicle, host } = day;
  const [, number] = /^r(\d+)(?:, its new configuration)?$/.exec(by) ?? [];
  if (number === undefined) {
    const isThere = chronicle.heads.has(by) && by !== commit;
    const isForced = isForcedAway(chronicle, host, commit);
    // By what was the branch's newest while that was shown as its head.
    const isBehind = [...chronicle.movedBackTo].some(
      (shown) => shown === by || (host.holds(shown, by) && !host.holds(shown, commit)),
    );
    return isThere && (!host.holds(commit, by) || isForced || isBehind);
  }
  // An older one only where a person went back to it.
  if (chronicle.hasDone(app.uid, 'activate', Number(number))) return true;
  if (release !== undefined && Number(number) <= release) return false;
  // A configuration is announced by the number that it would get, and what never got its Workload is ended before the
  // next number is written: a Hold, or a death, may come between. Whoever finds the mark alone says the number alone.
  const isAnnounced =
    release === Number(number) - 1 || chronicle.wasNumbered(app.uid, Number(number) - 1, id);
  return isAnnounced || chronicle.releaseOf(app.uid, Number(number)) !== undefined;
}

/** Whether some head that a branch was forced to has left it behind. */
export const isForcedAway = ({ forcedAway }: Chronicle, host: MemoryCodeHost, commit: string): boolean =>
  forcedAway.some(({ from, to }) => host.holds(from, commit) && !host.holds(to, commit));

function isCancelled({ chronicle }: Day, { app, kind }: Change, by: string): boolean {
  const did = (deed: Parameters<Chronicle['hasDone']>[1]) => chronicle.hasDone(app.uid, deed);
  switch (by) {
    case 'the deletion of its App':
      return did('deleted');
    case 'the end of the Hold that asked for it':
      return did('lift') || did('activate') || did('cancel');
    case 'Ada':
      return did('cancel') || (kind === 'rollback' && did('lift'));
    case 'a person':
      return did('cancel') || did('lift');
    default:
      return false;
  }
}

function hasFailed(day: Day, change: Change, why: string): boolean {
  const { chronicle } = day;
  const { app, commit } = change;
  const [, told] = /^r(\d+)/.exec(why) ?? [];
  if (told !== undefined) {
    const number = Number(told);
    if (why.endsWith('is not there any more')) return chronicle.wasTaken(app.uid, number);
    if (chronicle.wasTroubled(app.uid, number) || chronicle.badAnswers) return true;
    // Why it came to nothing before it was ready, only its Change said.
    if (why === `r${number} failed` && day.lost() && chronicle.redCommits.has(commit)) return true;
    return LATE.test(why) && (chronicle.timeJumped || chronicle.clocksWereOff);
  }
  if (why.startsWith('the build failed')) return chronicle.brokenBuilds.has(commit);
  if (why.startsWith('check ci is not green')) return chronicle.redCommits.has(commit);
  if (why.startsWith('ci did not come')) return chronicle.timeJumped || chronicle.clocksWereOff;
  if (why.startsWith('Secret ')) return chronicle.secretGone;
  if (why.startsWith('its image is not there any more')) return day.lost();
  return false;
}

/** What a clock that jumped makes of pods that come and of a data plane that follows. */
const LATE = /pods are ready|ready endpoint|endpoints of r\d+|was given up|^r\d+ failed$/;

function isSkipped({ chronicle }: Day, { app, commit, branch, id }: Change, why: string): boolean {
  const [, number] = /^r(\d+) is of this commit$/.exec(why) ?? [];
  if (number !== undefined) {
    const release = chronicle.releaseOf(app.uid, Number(number));
    return release?.commit === commit && release.change !== id;
  }
  return why.startsWith(`branch ${branch} is not there`) && chronicle.goneBranches.has(branch);
}
