import type { App } from '../../../shared/domain/app.ts';
import { type Change, verdictText } from '../../../shared/domain/change.ts';
import { addressOf } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import type { Rights } from '../rights.ts';
import { appState } from '../views/app-state.ts';
import { appPath, changePath } from './addresses.ts';
import { Ago } from './ago.tsx';
import { type AppsQuery, chosenApps, PAGE_SIZE } from './apps-query.ts';
import { Badge } from './badge.tsx';
import { Commit } from './commit.tsx';
import type { Page } from './page.ts';

interface Row {
  readonly app: App;
  /** The release that its Service selects. */
  readonly live: number | undefined;
  readonly newest: Change | undefined;
}

/** All Apps that one may see: what is live, what is on its way, and what became of the last push. */
export async function appsPage(
  { cluster, store, clock }: Needs,
  rights: Rights,
  query: AppsQuery,
): Promise<Page> {
  const [there, services] = await Promise.all([cluster.listApps(), cluster.listServices()]);
  const all = await rights.among(there, ({ spec }) => spec.repository);
  const live = new Map(services.map((service) => [addressOf(service.app), service.live]));
  const chosen = chosenApps(all, query);
  const shown = chosen.slice((query.page - 1) * PAGE_SIZE, query.page * PAGE_SIZE);
  const rows = await Promise.all(
    shown.map(async (app): Promise<Row> => {
      const [newest] = await store.listChanges({ app: app.uid, limit: 1 });
      return { app, live: live.get(addressOf(app)), newest };
    }),
  );
  return {
    title: 'Apps',
    main: (
      <>
        <header class="head">
          <h1>Apps</h1>
          <a class="button" href="/register">
            Register an App
          </a>
        </header>
        <Search query={query} found={chosen.length} all={all.length} />
        {rows.length > 0 ? (
          <Rows rows={rows} now={clock()} />
        ) : (
          <Nothing any={all.length > 0} isAll={rights.isAdmin} />
        )}
        <Paging query={query} found={chosen.length} />
      </>
    ),
  };
}

const STATES = [
  ['any', 'Every state'],
  ['live', 'Live'],
  ['busy', 'On its way'],
  ['failed', 'Failed'],
  ['held', 'Held'],
] as const;

const Search = ({ query, found, all }: { query: AppsQuery; found: number; all: number }) => (
  <search>
    <form action="/" method="get" class="search">
      <label>
        <span class="hidden">Owner, repository or branch</span>
        <input type="search" name="q" value={query.q} placeholder="Owner, repository or branch" />
      </label>
      <label>
        <span class="hidden">State</span>
        <select name="state">
          {STATES.map(([value, words]) => (
            <option value={value} selected={value === query.state}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Search</button>
      <output class="quiet">{found === all ? `${all} Apps` : `${found} of ${all} Apps`}</output>
    </form>
  </search>
);

const Nothing = ({ any, isAll }: { any: boolean; isAll: boolean }) => (
  <section class="empty">
    {any ? (
      <p>
        No App is like that. <a href="/">Show all.</a>
      </p>
    ) : (
      <>
        <p>
          {isAll ? 'No App is registered yet.' : 'No App is registered yet that you may see on GitHub.'}{' '}
          <a href="/register">Register one</a>, or in a terminal:
        </p>
        <pre>cite apps create owner/repository --wait</pre>
      </>
    )}
  </section>
);

const Rows = ({ rows, now }: { rows: readonly Row[]; now: Date }) => (
  <ul class="apps">
    {rows.map(({ app, live, newest }) => (
      <li class="app" id={`app-${app.uid}`}>
        <div class="name">
          <a href={appPath(app)}>{`${app.namespace}/${app.name}`}</a>
          <span class="quiet">{`${app.spec.repository} ⎇ ${app.spec.branch}`}</span>
        </div>
        <div>
          <Badge state={appState({ app, live, newest, latest: undefined })} />
          <div class="quiet">{livingOf(app, live)}</div>
        </div>
        <div class="last">
          {newest ? <LastChange change={newest} now={now} /> : <span class="quiet">no push yet</span>}
        </div>
      </li>
    ))}
  </ul>
);

function livingOf({ status: { standby } }: App, live: number | undefined): string {
  if (live === undefined) return 'nothing is live';
  return standby && standby !== `r${live}` ? `r${live} live, ${standby} on standby` : `r${live} live`;
}

const LastChange = ({ change, now }: { change: Change; now: Date }) => (
  <>
    <a href={changePath(change.id)} class="plain">
      <Commit sha={change.commit} title={change.title} />
    </a>
    <div class="quiet">
      {change.verdict ? verdictText(change.verdict) : `${change.state}: ${change.reason}`}
      {' · '}
      {change.by ?? change.author}
      {' · '}
      <Ago at={change.updatedAt} now={now} />
    </div>
  </>
);

const Paging = ({ query, found }: { query: AppsQuery; found: number }) => {
  const last = Math.max(1, Math.ceil(found / PAGE_SIZE));
  if (last === 1) return null;
  const to = (page: number) =>
    `/?${new URLSearchParams({ q: query.q, state: query.state, page: `${page}` })}`;
  return (
    <nav class="pages" aria-label="Pages">
      {query.page > 1 ? (
        <a href={to(query.page - 1)} rel="prev">
          Before
        </a>
      ) : null}
      <span class="quiet">{`${query.page} of ${last}`}</span>
      {query.page < last ? (
        <a href={to(query.page + 1)} rel="next">
          After
        </a>
      ) : null}
    </nav>
  );
};
