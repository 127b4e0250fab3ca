import type { AppView } from '../../functions/console/views/app.ts';
import type { ChangeView } from '../../functions/console/views/change.ts';
import { ago, harmless, oneLine, paint, paintState, shortCommit, shownInstant, spoken } from './text.ts';

/** One Change as a sentence. */
export function changeLine(change: ChangeView): string {
  const what = `${oneLine(change.kind)} ${oneLine(shortCommit(change.commit))} "${oneLine(change.title)}"`;
  return `${what} · ${stateOf(change)}`;
}

/** One step of a Change on a line. */
export function stepLine({ app, at, state, reason, verdict }: StepOfApp): string {
  const what = verdict ? paintState(spoken(verdict.text)) : `${oneLine(state)}: ${spoken(reason)}`;
  return `${shownInstant(at)}  ${paint('bold', oneLine(`${app.namespace}/${app.name}`))}  ${what}`;
}

type StepOfApp = Pick<ChangeView, 'app' | 'state' | 'reason'> & {
  readonly at: string;
  readonly verdict?: { readonly text: string } | undefined;
};

/** The verdict, or the state and its reason. */
export function stateOf({ verdict, state, reason }: ChangeView): string {
  return verdict ? paintState(spoken(verdict.text)) : `${paintState(oneLine(state))}: ${spoken(reason)}`;
}

/** One Change with its whole story. */
export function changeStory(change: ChangeView): string {
  const { app, timeline, verdict, by, redoes } = change;
  return [
    `${paint('bold', oneLine(`${app.namespace}/${app.name}`))}  ${changeLine(change)}`,
    `  change ${oneLine(change.id)}`,
    ...(by === undefined ? [] : [`  caused by ${oneLine(by)}`]),
    ...(redoes === undefined ? [] : [`  does again ${oneLine(redoes)}`]),
    ...timeline.map(({ at, state, reason }) => `  ${shownInstant(at)}  ${oneLine(state)}: ${spoken(reason)}`),
    ...(verdict?.detail === undefined ? [] : [indented(verdict.detail)]),
  ].join('\n');
}

export const indented = (text: string) => harmless(text).trimEnd().replace(/^/gm, '    | ');

/** One App with all that is known of it. */
export function appStory(app: AppView): string {
  const { spec, live, standby, next, hold, lastChange, status, conditions } = app;
  const release = (one: (typeof standby)[number]) =>
    `${one.name} · ${shortCommit(one.commit)} ${oneLine(one.title ?? '')} · ${spoken(one.note)}`;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['source', `${spec.repository}, branch ${spec.branch}`],
    ['state', paintState(oneLine(status.state))],
    ['url', status.url],
    ['live', live ? release(live) : 'nothing yet'],
    ...standby.map((one) => ['standby', release(one)] as const),
    ['standby', live && standby.length === 0 ? 'nothing to roll back to in an instant' : undefined],
    ...next.map((one) => ['next', release(one)] as const),
    ['hold', hold && `by ${hold.by} for ${ago(hold.at)}${hold.why ? `: ${hold.why}` : ''}`],
    ['last change', lastChange && changeLine(lastChange)],
    ...conditions
      .filter((condition) => condition.status !== 'True')
      .map(({ type, reason, message }) => [type, `${reason}: ${message}`] as const),
  ];
  const lines = rows.flatMap(([title, text]) =>
    text ? [`  ${title.padEnd(12)}${text.replace(/\s*\n\s*/g, ' ')}`] : [],
  );
  return [paint('bold', oneLine(`${app.namespace}/${app.name}`)), ...lines].join('\n');
}
