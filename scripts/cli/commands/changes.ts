import type { Command } from 'commander';
import type { ChangeView } from '../../../functions/console/views/change.ts';
import { path, query } from '../client.ts';
import { Failure } from '../failure.ts';
import { type Session, sessionOf } from '../session.ts';
import { shortCommit } from '../text.ts';
import { changeLine } from '../words.ts';

const argument = ['<change>', 'its id, or its commit'] as const;

export function changesCommands(program: Command): void {
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
