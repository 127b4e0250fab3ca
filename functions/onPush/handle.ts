import type { CloudEvent } from 'cloudevents';
import type { App } from '../../shared/domain/app.ts';
import { verdictText } from '../../shared/domain/change.ts';
import type { Delivery, Judgement } from '../../shared/domain/delivery.ts';
import { HostDeniedError, RetryableError } from '../../shared/domain/errors.ts';
import { parseDeliveryEvent, parseOwnEvent } from '../../shared/domain/events.ts';
import { parsePush } from '../../shared/domain/push.ts';
import { type EventHandler, eventFunction } from '../../shared/runtime/event-function.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import { type Cause, considerCommit, type Needs } from './consider-commit.ts';
import { isJudgedAlready, isJudgedOnHost } from './is-judged.ts';
import { mayHear } from './may-hear.ts';
import { resumeBuild } from './resume-build.ts';
import { retryChange } from './retry-change.ts';

/** Pushes of GitHub, heads that resync found, and people's retries: each ends in Changes, or a reason why not. */
export const handle = eventFunction<Needs>(
  (ports): EventHandler =>
    async (event, log) => {
      if (event.type.startsWith('com.github.')) return onDelivery(ports, event, log);
      if (event.type === 'dev.cite.head.found') return onHeadFound(ports, event, log);
      if (event.type === 'dev.cite.change.found') {
        return resumeBuild(ports, parseOwnEvent('dev.cite.change.found', event.data).change);
      }
      return onRetry(ports, event, log);
    },
);

async function onRetry(ports: Needs, event: CloudEvent<unknown>, log: Logger): Promise<void> {
  const { change, by } = parseOwnEvent('dev.cite.retry.requested', event.data);
  try {
    await retryChange(ports, change, { id: event.id, by }, log);
  } catch (err) {
    // The wish stands in this event alone, where resync does not find it: the broker has to try it again.
    if (err instanceof HostDeniedError) throw new RetryableError(err.message, { cause: err });
    throw err;
  }
}

async function onDelivery(ports: Needs, event: CloudEvent<unknown>, log: Logger): Promise<void> {
  const id = parseDeliveryEvent(event.data);
  const delivery = await ports.store.getDelivery(id);
  if (!delivery) return log.warn({ delivery: id }, 'the store lost it: resync looks at the branch');
  if (delivery.judgement) return log.info({ delivery: id }, 'judged before');
  const judgement = await judge(ports, delivery, log);
  // Last of all: until here a repeated event does it all again, and finds the same Changes.
  await ports.store.judgeDelivery(id, judgement);
  log.info({ delivery: id, ...judgement }, 'judged');
}

async function judge(ports: Needs, delivery: Delivery, log: Logger): Promise<Judgement> {
  if (delivery.event === 'create') return { skipped: 'its push deploys it' };
  if (delivery.event === 'delete') return { skipped: 'what is live goes on without its branch' };
  const push = parsePush(delivery.body);
  if (!push) return { skipped: 'it is no push as GitHub sends it' };
  if (push.branch === undefined) return { skipped: `Apps follow branches, not ${push.ref}` };
  const { branch } = push;
  const apps = await appsOn(ports, push.repository, branch);
  if (apps.length === 0) return { skipped: `no App is on branch ${branch} of ${push.repository}` };
  if (push.deleted) return { skipped: `branch ${branch} was deleted; what is live goes on` };
  const cause: Cause = {
    id: delivery.id,
    commit: push.after,
    at: delivery.receivedAt,
    message: push.message,
    author: push.author,
    by: push.by,
    ...(push.base === undefined ? {} : { base: push.base }),
  };
  const changes = [];
  for (const app of apps) {
    if (await isJudgedAlready(ports, app, push, delivery)) continue;
    changes.push(await considerCommit(ports, app, cause, log));
  }
  if (changes.length === 0) return { skipped: 'it was judged before the store was lost' };
  return { changes: changes.map((change) => change.id) };
}

async function onHeadFound(ports: Needs, event: CloudEvent<unknown>, log: Logger): Promise<void> {
  const app = await ports.cluster.getApp(parseOwnEvent('dev.cite.head.found', event.data));
  if (!app || app.deleting || !(await mayHear(ports, app))) return;
  const { repository, branch } = app.spec;
  const head = await ports.codeHost.branchHead(repository, branch);
  if (!head)
    return log.info({ repository, branch }, 'there is no such branch yet: its first push deploys it');
  const last = app.lastRelease;
  if (last?.commit === head.sha && (await ports.cluster.getWorkload(app, last.number))) return;
  // After a loss of the store, the final status on the commit tells that it was judged (DESIGN §7).
  if (app.lastRelease && (await isJudgedOnHost(ports, app, head.sha)))
    return log.info({ commit: head.sha }, 'its status says it was judged');
  // The release that it comes after too: a branch that is forced back to this commit later is another cause.
  const after = app.lastRelease ? `/r${app.lastRelease.number}` : '';
  const cause = {
    id: `head/${head.sha}${after}`,
    commit: head.sha,
    message: head.message,
    author: head.author,
  };
  const change = await considerCommit(ports, app, cause, log);
  log.info({ change: change.id, verdict: change.verdict && verdictText(change.verdict) }, 'head considered');
}

async function appsOn(ports: Needs, repository: string, branch: string): Promise<readonly App[]> {
  const apps = (await ports.cluster.listApps()).filter(
    ({ spec, deleting }) =>
      !deleting && spec.repository.toLowerCase() === repository.toLowerCase() && spec.branch === branch,
  );
  const hear = await Promise.all(apps.map((app) => mayHear(ports, app)));
  return apps.filter((_, i) => hear[i]);
}
