import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import type { AuditEntry } from '../../../shared/domain/audit.ts';

import { pageOf, parseCursor } from '../cursor.ts';
import type { Needs } from '../needs.ts';
import { byEntry, seenBy } from '../seen-by.ts';
import { changePath } from './addresses.ts';
import { Ago } from './ago.tsx';
import { answerPage } from './answer-page.tsx';
import type { PageEnv } from './page-env.ts';
import { parsed } from './parsed.ts';

const PAGE_SIZE = 50;

/** What somebody looks for; what is wrong is left out. */
const auditQuery = z.object({
  app: z.string().trim().max(128).catch('').default(''),
  cursor: z.string().max(1024).optional(),
});

/** What people did, newest first: who, when, and from where. */
export const auditRoutes = (ports: Needs) =>
  new Hono<PageEnv>().get('/audit', (c) => {
    const query = parsed(auditQuery, c.req.query());
    const { app, cursor } = query;
    const look = async () => {
      const found = await ports.store.listAuditEntries({
        ...(app === '' ? {} : { app }),
        ...(cursor === undefined ? {} : { after: parseCursor(cursor) }),
        limit: PAGE_SIZE + 1,
      });
      const { shown: all, next } = pageOf(found, PAGE_SIZE, (entry) => entry);
      const shown = await seenBy(ports, c.get('rights'), all, byEntry);
      return {
        title: 'Audit',
        main: (
          <>
            <h1>Audit</h1>
            <search>
              <form action="/audit" method="get" class="search">
                <label>
                  <span class="hidden">App</span>
                  <input type="search" name="app" value={app} placeholder="namespace/name" />
                </label>
                <button type="submit">Search</button>
              </form>
            </search>
            <Entries
              entries={shown}
              now={ports.clock()}
              none={
                c.get('rights').isAdmin
                  ? noneOf(app)
                  : `${noneOf(app)} Only what was done to Apps that you may see is shown.`
              }
            />
            {next === undefined ? null : (
              <nav class="pages" aria-label="Pages">
                <a href={`/audit?${new URLSearchParams({ app, cursor: next })}`} rel="next">
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

const noneOf = (app: string) =>
  app === ''
    ? 'Nothing was done in the last 90 days, or since the store was last emptied.'
    : `Nothing was done to ${app} in that time. Give an App as namespace/name.`;

interface EntriesProps {
  readonly entries: readonly AuditEntry[];
  readonly now: Date;
  readonly none: string;
}

const Entries = ({ entries, now, none }: EntriesProps) =>
  entries.length === 0 ? (
    <p class="empty">{none}</p>
  ) : (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">Did what</th>
            <th scope="col">To</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr id={`entry-${entry.id}`}>
              <td>
                <Ago at={entry.at} now={now} />
              </td>
              <td>{entry.by}</td>
              <td>
                {entry.action}
                {Object.entries(entry.details).map(([name, text]) =>
                  text === '' ? null : <div class="quiet">{`${name}: ${text}`}</div>,
                )}
              </td>
              <td>
                {entry.app === undefined ? null : (
                  <div>
                    <a href={`/apps/${entry.app}`}>{entry.app}</a>
                  </div>
                )}
                {entry.change === undefined ? null : (
                  <div>
                    <a href={changePath(entry.change)}>its Change</a>
                  </div>
                )}
              </td>
              <td class="quiet">{entry.from}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
