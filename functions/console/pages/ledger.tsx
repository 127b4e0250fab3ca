import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { outcomes } from '../../../shared/domain/change.ts';
import type { ChangeQuery } from '../../../shared/domain/change-query.ts';
import { changeAfter, pageOf } from '../cursor.ts';
import type { Needs } from '../needs.ts';
import { answerPage } from './answer-page.tsx';
import { Changes } from './changes.tsx';
import type { PageEnv } from './page-env.ts';
import { parsed } from './parsed.ts';

const PAGE_SIZE = 50;

/** What somebody looks for; what is wrong is left out. */
const ledgerQuery = z.object({
  person: z.string().trim().max(256).catch('').default(''),
  branch: z.string().trim().max(244).catch('').default(''),
  commit: z.string().trim().toLowerCase().max(40).catch('').default(''),
  outcome: z
    .enum(['any', ...outcomes])
    .catch('any')
    .default('any'),
  cursor: z.string().max(1024).optional(),
});
type LedgerQuery = z.output<typeof ledgerQuery>;

/** All Changes, newest first: what became of everything, and who was it. */
export const ledgerRoutes = (ports: Needs) =>
  new Hono<PageEnv>().get('/changes', (c) => {
    const query = parsed(ledgerQuery, c.req.query());
    const look = async () => {
      const found = await ports.store.listChanges({ ...asked(query), limit: PAGE_SIZE + 1 });
      const { shown: all, next } = pageOf(found, PAGE_SIZE, ({ openedAt: at, id }) => ({ at, id }));
      const shown = await c.get('rights').among(all, ({ repository }) => repository);
      return {
        title: 'Changes',
        main: (
          <>
            <h1>Changes</h1>
            <Search query={query} />
            <Changes
              changes={shown}
              now={ports.clock()}
              none={
                c.get('rights').isAdmin
                  ? 'No Change is like that.'
                  : 'Of these, no Change is one that you may see.'
              }
            />
            {next === undefined ? null : (
              <nav class="pages" aria-label="Pages">
                <a href={`/changes?${new URLSearchParams({ ...filled(query), cursor: next })}`} rel="next">
                  Older
                </a>
              </nav>
            )}
          </>
        ),
      };
    };
    return answerPage(c, look, query);
  });

function asked({ person, branch, commit, outcome, cursor }: LedgerQuery): ChangeQuery {
  return {
    ...(person === '' ? {} : { person }),
    ...(branch === '' ? {} : { branch }),
    ...(commit === '' ? {} : { commit }),
    ...(outcome === 'any' ? {} : { outcome }),
    ...(cursor === undefined ? {} : { after: changeAfter(cursor) }),
  };
}

const filled = ({ person, branch, commit, outcome }: LedgerQuery) => ({ person, branch, commit, outcome });

const Search = ({ query }: { query: LedgerQuery }) => (
  <search>
    <form action="/changes" method="get" class="search">
      <label>
        <span class="hidden">Person</span>
        <input type="search" name="person" value={query.person} placeholder="Person" />
      </label>
      <label>
        <span class="hidden">Branch</span>
        <input type="search" name="branch" value={query.branch} placeholder="Branch" />
      </label>
      <label>
        <span class="hidden">Commit</span>
        <input type="search" name="commit" value={query.commit} placeholder="Commit, 7 digits at least" />
      </label>
      <label>
        <span class="hidden">Outcome</span>
        <select name="outcome">
          {(['any', ...outcomes] as const).map((outcome) => (
            <option value={outcome} selected={outcome === query.outcome}>
              {outcome === 'any' ? 'Every outcome' : outcome}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Search</button>
    </form>
  </search>
);
