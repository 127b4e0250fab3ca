import type { AppRef, Condition } from '../../../shared/domain/app.ts';
import type { Change } from '../../../shared/domain/change.ts';
import { sentence } from '../../../shared/domain/plain-text.ts';
import { requireApp } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { appState } from '../views/app-state.ts';
import { showPods } from '../views/pods.ts';
import { type ReleaseView, showReleases } from '../views/release.ts';
import { appPath, auditPath, changePath } from './addresses.ts';
import { Ago } from './ago.tsx';
import { Badge } from './badge.tsx';
import { Changes } from './changes.tsx';
import { Commit } from './commit.tsx';
import type { Page } from './page.ts';
import { Pods } from './pods.tsx';

/** Of an App's story as much as one looks through. */
const CHANGES = 20;

/** One App: what runs of it, and what became of its last pushes. */
export async function appPage({ cluster, store, clock }: Needs, ref: AppRef): Promise<Page> {
  const app = await requireApp(cluster, ref);
  const [releases, changes, pods] = await Promise.all([
    showReleases({ cluster, store, clock }, app),
    store.listChanges({ app: app.uid, limit: CHANGES }),
    showPods({ cluster }, app),
  ]);
  const now = clock();
  const path = appPath(ref);
  const { url } = app.status;
  const live = releases.find(({ state }) => state === 'live')?.number;
  const state = appState({ app, live, newest: changes[0], latest: releases[0] });
  return {
    title: `${ref.namespace}/${ref.name}`,
    main: (
      <>
        <header class="head">
          <h1>{`${ref.namespace}/${ref.name}`}</h1>
          <Badge state={state} />
        </header>
        <p class="quiet">
          {`${app.spec.repository} ⎇ ${app.spec.branch}`}
          {url ? (
            <>
              {' · '}
              <a href={url} rel="noreferrer">
                {url}
              </a>
            </>
          ) : null}
        </p>
        <p class="buttons">
          <a class="button" href={`${path}/logs`}>
            Logs
          </a>
          <a class="button" href={`${path}/settings`}>
            Settings
          </a>
          <a class="button" href={`${path}/redeploy`}>
            Redeploy
          </a>
          <a class="button" href={`${path}/${app.spec.hold ? 'lift' : 'hold'}`}>
            {app.spec.hold ? 'Lift the Hold' : 'Hold'}
          </a>
          <a class="button" href={`${path}/delete`}>
            Delete
          </a>
        </p>
        {app.spec.hold ? (
          <p class="notice" role="status">
            {`Held by ${app.spec.hold.by}${app.spec.hold.why ? `: ${app.spec.hold.why}` : ''}. Pushes are built, and wait. `}
            <Ago at={app.spec.hold.at} now={now} />
          </p>
        ) : null}
        <Troubles conditions={app.status.conditions} />
        {changes[0] && !isQuiet(changes[0]) ? (
          <Changes changes={changes.slice(0, 1)} now={now} none="" />
        ) : null}
        <h2 id="releases">Releases</h2>
        <Releases releases={releases} path={path} now={now} />
        <h2 id="changes">Changes</h2>
        <Changes changes={changes} now={now} none="Nothing was pushed yet." />
        <p>
          <a href={auditPath(ref)}>Who did what to it</a>
        </p>
        <h2 id="pods">Pods</h2>
        <Pods view={pods} now={now} />
      </>
    ),
  };
}

/** What went well needs no place of its own above the releases. */
const isQuiet = ({ verdict }: Change) => verdict !== undefined && !/^(failed|refused)$/.test(verdict.outcome);

const Troubles = ({ conditions }: { conditions: readonly Condition[] }) => {
  const wrong = conditions.filter(({ status }) => status !== 'True');
  if (wrong.length === 0) return null;
  return (
    <ul class="troubles">
      {wrong.map(({ type, reason, message }) => (
        <li>
          <strong>{sentence(`${type}: ${reason}`)}</strong> {sentence(message)}
        </li>
      ))}
    </ul>
  );
};

const Releases = ({ releases, path, now }: { releases: readonly ReleaseView[]; path: string; now: Date }) =>
  releases.length === 0 ? (
    <p class="empty">None yet: the first is made when the first build is done.</p>
  ) : (
    <ol class="line">
      {releases.map((release) => (
        <li id={`r${release.number}`} class={`release ${release.state}`}>
          <div class="name">
            <strong>{release.name}</strong> <Badge state={release.state} />
          </div>
          <div>
            <a href={changePath(release.change)} class="plain">
              <Commit sha={release.commit} title={release.title} />
            </a>
            <div class="quiet">
              {release.note}
              {' · '}
              <Ago at={release.createdAt} now={now} />
            </div>
            <Differs differs={release.differs} />
          </div>
          <Actions release={release} path={path} />
        </li>
      ))}
    </ol>
  );

/** In what it is configured otherwise than the one before. */
const Differs = ({ differs }: Pick<ReleaseView, 'differs'>) =>
  differs && differs.in.length > 0 ? (
    <div class="differs">
      <span class="since">{`since ${differs.from}: `}</span>
      {differs.in.join('; ')}
    </div>
  ) : null;

/** What may be asked of a release: the platform refuses the rest, with the reason. */
const Actions = ({
  release: { number, name, state, pinnedBy },
  path,
}: {
  release: ReleaseView;
  path: string;
}) => (
  <div class="buttons">
    {['standby', 'superseded', 'retired'].includes(state) ? (
      <a class="button" href={`${path}/activate?release=${number}`}>{`Make ${name} live`}</a>
    ) : null}
    {state === 'retired' ? (
      <form method="post" action={`${path}/warm?release=${number}`}>
        <button type="submit">{`Start ${name} again`}</button>
      </form>
    ) : null}
    {state === 'live' ? null : (
      <form method="post" action={`${path}/${pinnedBy === undefined ? 'pin' : 'unpin'}?release=${number}`}>
        <button type="submit">{`${pinnedBy === undefined ? 'Pin' : 'Unpin'} ${name}`}</button>
      </form>
    )}
  </div>
);
