import type { Change } from '../../../shared/domain/change.ts';
import { buildLogId, lastLines } from '../../../shared/domain/log.ts';
import type { Notice } from '../../../shared/domain/notice.ts';
import type { Needs } from '../needs.ts';
import { shownTime } from '../shown-time.ts';
import { requireChange } from '../wishes/cancel.ts';
import { isRetriable } from '../wishes/retry.ts';
import { appPath, buildLogPath, changePath } from './addresses.ts';
import { Ago, duration } from './ago.tsx';
import { Badge } from './badge.tsx';
import { Commit } from './commit.tsx';
import type { Page } from './page.ts';

/** Of a build's log: its end says why it failed. */
const LOG_LINES = 40;

/** One Change: where it is, or how it ended and why. */
export async function changePage(ports: Needs, id: string): Promise<Page> {
  const { store, clock } = ports;
  const change = await requireChange(ports, id);
  const again = await store.listChanges({ redoes: id });
  const log = change.build === undefined ? undefined : await store.readLog(buildLogId(change.build));
  const notices = await store.listNotices(id);
  const now = clock();
  const detail = change.verdict && 'detail' in change.verdict ? change.verdict.detail : undefined;
  return {
    title: `${change.commit.slice(0, 7)} ${change.title}`,
    isFinal: change.verdict !== undefined,
    main: (
      <>
        <header class="head">
          <h1>
            <Commit sha={change.commit} title={change.title} />
          </h1>
          <Badge state={change.verdict?.outcome ?? change.state} />
        </header>
        <p class="verdict">{change.reason}</p>
        {detail ? <pre class="log">{detail}</pre> : null}
        <dl class="facts">
          <dt>App</dt>
          <dd>
            <a href={appPath(change.app)}>{`${change.app.namespace}/${change.app.name}`}</a>
          </dd>
          <dt>Source</dt>
          <dd>{`${change.repository} ⎇ ${change.branch}`}</dd>
          <dt>Kind</dt>
          <dd>{`${change.kind} by ${change.by ?? change.author}`}</dd>
          <dt>Opened</dt>
          <dd>
            <Ago at={change.openedAt} now={now} />
          </dd>
          {change.release === undefined ? null : (
            <>
              <dt>Release</dt>
              <dd>
                <a href={`${appPath(change.app)}#r${change.release}`}>{`r${change.release}`}</a>
              </dd>
            </>
          )}
        </dl>
        <Links words="Does again" ids={change.redoes === undefined ? [] : [change.redoes]} />
        <Links words="Done again by" ids={again.map((one) => one.id)} />
        <Actions change={change} />
        <h2>Timeline</h2>
        <Timeline change={change} now={now} />
        <Told notices={notices} now={now} />
        {change.build === undefined ? null : (
          <>
            <h2>Build</h2>
            <p>
              <a href={buildLogPath(change.build)}>The whole log</a>
            </p>
            {log === undefined ? null : <pre class="log">{lastLines(log, LOG_LINES)}</pre>}
          </>
        )}
      </>
    ),
  };
}

/** Who else was told: what a destination has not taken is seen where there is no kubectl, too. */
const Told = ({ notices, now }: { notices: readonly Notice[]; now: Date }) =>
  notices.length === 0 ? null : (
    <>
      <h2>Notifications</h2>
      <ul>
        {notices.map(({ destination, event, state, fault, dueAt }) => (
          <li>
            {`${destination.kind} ${destination.secret}: ${event}, ${state}`}
            {fault === undefined ? '' : `: ${fault}`}
            {state === 'pending' && fault !== undefined
              ? `; tried again in ${duration(Math.max(0, Date.parse(dueAt) - now.getTime()))}`
              : ''}
          </li>
        ))}
      </ul>
    </>
  );

const Links = ({ words, ids }: { words: string; ids: readonly string[] }) =>
  ids.length === 0 ? null : (
    <p>
      {words}{' '}
      {ids.map((id) => (
        <a href={changePath(id)}>{id}</a>
      ))}
    </p>
  );

const Actions = ({ change }: { change: Change }) => (
  <div class="buttons">
    {isRetriable(change) ? (
      <form method="post" action={`${changePath(change.id)}/retry`}>
        <button type="submit">Try it again</button>
      </form>
    ) : null}
    {change.verdict ? null : (
      <a class="button" href={`${changePath(change.id)}/cancel`}>
        Cancel
      </a>
    )}
  </div>
);

/** Every step with how long it took: what is slow, or stuck, is seen at once. */
const Timeline = ({ change: { timeline, verdict }, now }: { change: Change; now: Date }) => (
  <ol class="timeline">
    {timeline.map((step, i) => {
      const next = timeline[i + 1];
      const isLast = next === undefined && verdict !== undefined;
      const until = next ? Date.parse(next.at) : now.getTime();
      return (
        <li>
          <time datetime={step.at}>{shownTime(new Date(step.at)).slice(11, 19)}</time>
          <span class="state">{step.state}</span>
          <span>{step.reason}</span>
          <span class="quiet">{isLast ? '' : duration(until - Date.parse(step.at))}</span>
        </li>
      );
    })}
  </ol>
);
