import type { AppRef } from '../../shared/domain/app.ts';
import { type Change, type Verdict, verdictText } from '../../shared/domain/change.ts';
import { statusContext } from '../../shared/domain/status-context.ts';
import type { AppEvent } from '../../shared/ports/cluster.ts';
import type { CommitStatus, DeploymentReport } from '../../shared/ports/code-host.ts';

/** Long enough for a person to mend a token, a Secret or a receiver over night. */
export const PATIENCE_MS = 24 * 60 * 60 * 1000;

/** Whether a code host that denies it need not be told any more: the outbox would fill for ever. */
export const isPastTelling = ({ verdict, updatedAt }: Change, now: Date): boolean =>
  verdict !== undefined && now.getTime() - Date.parse(updatedAt) > PATIENCE_MS;

/** The commit's status: what a developer sees beside the commit. */
export function commitStatus(change: Change, consoleUrl: string): CommitStatus {
  return {
    context: statusContext(change.app),
    state: statusState(change),
    description: change.reason,
    targetUrl: changeUrl(change, consoleUrl),
  };
}

export const changeUrl = (change: Pick<Change, 'id'>, consoleUrl: string) =>
  `${consoleUrl}/changes/${encodeURIComponent(change.id)}`;

/**
 * A commit that was rightly not deployed is no failure: a required check must not wait for it, and nobody has to mend
 * anything (peers.md, lesson 22).
 */
function statusState({ verdict }: Change): CommitStatus['state'] {
  switch (verdict?.outcome) {
    case undefined:
      return 'pending';
    case 'deployed':
    case 'superseded':
    case 'skipped':
      return 'success';
    case 'failed':
    case 'refused':
      return 'failure';
    case 'cancelled':
      return 'error';
  }
}

/** What `kubectl describe app` tells: how a Change ended. On its way there it is in the App's state. */
export function appEvent(change: Change): AppEvent | undefined {
  const { id, verdict, updatedAt } = change;
  if (!verdict) return undefined;
  return {
    id,
    ...eventKind[verdict.outcome],
    message: `${subjectOf(change)} ${verdictText(verdict)}`,
    at: new Date(updatedAt),
  };
}

/** As every message begins: its verdict or state follows. */
export const subjectOf = ({ kind, commit }: Pick<Change, 'kind' | 'commit'>) =>
  `${kind} ${kind === 'rollback' ? 'to' : 'of'} ${commit.slice(0, 7)}`;

const eventKind: Readonly<Record<Verdict['outcome'], Pick<AppEvent, 'type' | 'reason'>>> = {
  deployed: { type: 'Normal', reason: 'Deployed' },
  superseded: { type: 'Normal', reason: 'Superseded' },
  skipped: { type: 'Normal', reason: 'Skipped' },
  cancelled: { type: 'Normal', reason: 'Cancelled' },
  refused: { type: 'Warning', reason: 'Refused' },
  failed: { type: 'Warning', reason: 'Failed' },
};

/**
 * What the GitHub Deployments of the App have to be told of a Change, in this order. `deployed` are the App's Changes
 * that went live, newest first: where this one's message comes late, a later one is among them, and that one is live.
 */
export function deploymentReports(
  change: Change,
  deployed: readonly Change[],
  consoleUrl: string,
): readonly DeploymentReport[] {
  if (change.release === undefined) return [];
  const report = {
    ...deploymentOf(change, change.release),
    state: deploymentState(change),
    description: change.reason,
    logUrl: changeUrl(change, consoleUrl),
  };
  if (change.verdict?.outcome !== 'deployed') return [report];
  const [live = change] = deployed;
  const replaced = live.id === change.id ? deployed.find((one) => one.release !== change.release) : change;
  return [report, ...inactiveReport(replaced, live)];
}

function deploymentState({ verdict }: Change): DeploymentReport['state'] {
  if (!verdict) return 'in_progress';
  if (verdict.outcome === 'deployed') return 'success';
  return verdict.outcome === 'failed' ? 'failure' : 'inactive';
}

/** Of the Release that was live before: it is no longer. */
function inactiveReport(replaced: Change | undefined, live: Change): readonly DeploymentReport[] {
  if (replaced?.release === undefined || replaced.release === live.release) return [];
  const description = `r${live.release} is live`;
  return [{ ...deploymentOf(replaced, replaced.release), state: 'inactive', description }];
}

function deploymentOf(change: Change, release: number) {
  const { app, repository, commit } = change;
  return { repository, commit, task: taskOf(app, release), environment: `${app.namespace}/${app.name}` };
}

/** One GitHub Deployment per Release: it is looked up by this before it is made (invariant 5). */
const taskOf = (app: AppRef, release: number) => `${app.namespace}/${app.name}/r${release}`;
