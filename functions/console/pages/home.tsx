import type { App } from '../../../shared/domain/app.ts';
import { type Change, verdictText } from '../../../shared/domain/change.ts';
import type { Needs } from '../needs.ts';
import { appState } from '../views/app-state.ts';
import { appPath, changePath } from './addresses.ts';
import { Ago } from './ago.tsx';
import { Badge } from './badge.tsx';
import { Commit } from './commit.tsx';
import { chosenApps, type HomeQuery, PAGE_SIZE } from './home-query.ts';
import type { Page } from './page.ts';

interface Row {
  readonly app: App;
  readonly newest: Change | undefined;
}

/** All Apps: what is live, what is on its way, and what became of the last push. */
export async function home({ cluster, store, clock }: Needs, query: HomeQuery): Promise<Page> {
  const all = await cluster.listApps();
  const chosen = chosenApps(all, query);
  const shown = chosen.slice((query.page - 1) * PAGE_SIZE, query.page * PAGE_SIZE);
  const rows = await Promise.all(
    shown.map(async (app): Promise<Row> => {
      const [newest] = await store.listChanges({ app: app.uid, limit: 1 });
      return { app, newest };
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
        {rows.length > 0 ? <Rows rows={rows} now={clock()} /> : <Nothing any={all.length > 0} />}
        <Pages query={query} found={chosen.length} />
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

const Search = ({ query, found, all }: { query: HomeQuery; found: number; all: number }) => (
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

const Nothing = ({ any }: { any: boolean }) => (
  <section class="empty">
    {any ? (
      <p>
        No App is like that. <a href="/">Show all.</a>
      </p>
    ) : (
      <>
        <p>
          No App is registered yet. <a href="/register">Register one</a>, or in a terminal:
        </p>
        <pre>cite apps create owner/repository --wait</pre>
      </>
    )}
  </section>
);

const Rows = ({ rows, now }: { rows: readonly Row[]; now: Date }) => (
  <ul class="apps">
    {rows.map(({ app, newest }) => (
      <li class="app" id={`app-${app.uid}`}>
        <div class="name">
          <a href={appPath(app)}>{`${app.namespace}/${app.name}`}</a>
          <span class="quiet">{`${app.spec.repository} ⎇ ${app.spec.branch}`}</span>
        </div>
        <div>
          <Badge state={stateOf(app, newest)} />
          <div class="quiet">{livingOf(app)}</div>
        </div>
        <div class="last">
          {newest ? <LastChange change={newest} now={now} /> : <span class="quiet">no push yet</span>}
        </div>
      </li>
    ))}
  </ul>
);

const stateOf = (app: App, newest: Change | undefined) =>
  appState({ app, live: numberOf(app.status.live), newest, latest: undefined });

const numberOf = (release: string | undefined) =>
  release === undefined ? undefined : Number(release.replace('r', ''));

function livingOf({ status: { live, standby } }: App): string {
  if (live === undefined) return 'nothing is live';
  return !standby ? `${live} live` : `${live} live, ${standby} on standby`;
}

const LastChange = ({ change, now }: { change: Change; now: Date }) => (
  <>
    <a href={changePath(change.id)} class="plain">
      <Commit sha={change.commit} title={change.title} />
    </a>
    <div class="quiet">
      {change.verdict ? verdictText(change.verdict) : `${change.state}: ${change.reason}`}
      {' · '}
      {change.author}
      {' · '}
      <Ago at={change.updatedAt} now={now} />
    </div>
  </>
);

const Pages = ({ query, found }: { query: HomeQuery; found: number }) => {
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
