import { type Command, Option } from 'commander';
import type { ChangeView } from '../../../functions/console/views/change.ts';
import { outcomes } from '../../../shared/domain/change.ts';
import { appArgument, countArgument, timeArgument } from '../arguments.ts';
import { path, query } from '../client.ts';
import { Failure } from '../failure.ts';
import { type Session, sessionOf } from '../session.ts';
import { table } from '../table.ts';
import { ago, shortCommit } from '../text.ts';
import { changeLine, stateOf } from '../words.ts';

/** Most that one answer of the API holds. */
const PAGE = 100;

const argument = ['<change>', 'its id, or its commit'] as const;

interface Filters {
  readonly app?: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly person?: string;
  readonly outcome?: string;
  readonly since?: string;
  readonly until?: string;
  readonly open?: true;
  readonly limit: number;
}

export function changesCommands(program: Command): void {
  program
    .command('changes')
    .description('what was pushed or asked for, and what became of it; newest first')
    .option('--app <app>', 'of an App')
    .option('--branch <branch>', 'of a branch')
    .option('--commit <commit>', 'of a commit, by its first digits')
    .option('--person <name>', 'that somebody wrote, caused or cancelled')
    .addOption(new Option('--outcome <outcome>', 'that ended so').choices(outcomes))
    .option('--since <time>', 'opened since then: 2h, 7d, or a time', timeArgument)
    .option('--until <time>', 'opened before that: 2h, 7d, or a time', timeArgument)
    .option('--open', 'under way')
    .option('--limit <number>', 'at most so many', countArgument, 20)
    .action(async ({ app, limit, ...filters }: Filters, command) => {
      const session = sessionOf(command);
      const ref = app === undefined ? undefined : await appArgument(session, app);
      const of = ref && `${ref.namespace}/${ref.name}`;
      const changes = await pages(session, { ...filters, app: of }, limit);
      session.print({ changes }, () =>
        changes.length === 0 ? 'No Change is like that.' : changesTable(changes),
      );
    });

  program
    .command('retry')
    .argument(...argument)
    .description('try a Change again that did not go live')
    .action(async (text: string, _options, command) => {
      const session = sessionOf(command);
      const id = await changeArgument(session, text, false);
      const change = await session.api.call<ChangeView>('POST', path`/api/changes/${id}/retry`, {
        by: session.by,
      });
      session.print(
        change,
        () => `${changeLine(change)}\nIt is tried again: cite why ${shortCommit(change.commit)} follows it.`,
      );
    });

  program
    .command('cancel')
    .argument(...argument)
    .description('end a Change that is under way')
    .action(async (text: string, _options, command) => {
      const session = sessionOf(command);
      const id = await changeArgument(session, text, true);
      const change = await session.api.call<ChangeView>('POST', path`/api/changes/${id}/cancel`, {
        by: session.by,
      });
      session.print(change, () => changeLine(change));
    });
}

/** As many as are wanted, page by page. */
async function pages(
  { api }: Session,
  filters: Readonly<Record<string, string | boolean | undefined>>,
  limit: number,
): Promise<readonly ChangeView[]> {
  const found: ChangeView[] = [];
  let cursor: string | undefined;
  do {
    const asked = query({ ...filters, limit: Math.min(PAGE, limit - found.length), cursor });
    const page = await api.call<{ changes: ChangeView[]; next?: string }>('GET', `/api/changes${asked}`);
    found.push(...page.changes);
    cursor = page.next;
  } while (cursor !== undefined && found.length < limit);
  return found;
}

const changesTable = (changes: readonly ChangeView[]) =>
  table(changes, [
    { title: 'APP', cell: ({ app }) => `${app.namespace}/${app.name}` },
    { title: 'KIND', cell: ({ kind }) => kind },
    { title: 'COMMIT', cell: ({ commit }) => shortCommit(commit) },
    { title: 'TITLE', cell: ({ title }) => title },
    { title: 'BY', cell: ({ by, author }) => by ?? author },
    { title: 'AGE', cell: ({ openedAt }) => ago(openedAt) },
    { title: 'STATE', cell: stateOf },
  ]);

/** A Change's id; of a commit, that of its newest Change which is under way, or which has ended. */
async function changeArgument({ api }: Session, text: string, open: boolean): Promise<string> {
  if (!/^[0-9a-f]{7,40}$/i.test(text)) return text;
  const { changes } = await api.call<{ changes: ChangeView[] }>(
    'GET',
    `/api/changes${query({ commit: text, open })}`,
  );
  const newest = new Map<string, ChangeView>();
  for (const change of changes) {
    const app = `${change.app.namespace}/${change.app.name}`;
    if (!newest.has(app)) newest.set(app, change);
  }
  const [only, ...others] = newest.values();
  if (!only)
    throw new Failure(
      `commit ${text} has no Change that ${open ? 'is under way' : 'has ended'}. See cite why ${text}.`,
    );
  if (others.length > 0) {
    const ids = [...newest].map(([app, { id }]) => `${id} (${app})`).join(', ');
    throw new Failure(`commit ${text} has a Change of several Apps. Say which: ${ids}.`);
  }
  return only.id;
}
