import { oneLine, paint } from '../cli/text.ts';
import type { Finding, State } from './finding.ts';

export interface Titled extends Finding {
  readonly title: string;
}

const colours = { ok: 'green', warning: 'yellow', missing: 'red' } as const satisfies Record<State, string>;

/** One line for each check, then what to do. */
export function report(findings: readonly Titled[]): string {
  const width = Math.max(...findings.map(({ title }) => title.length));
  const lines = findings.map(
    ({ state, title, says }) =>
      `${paint(colours[state], state.padEnd('warning'.length))}  ${title.padEnd(width)}  ${oneLine(says)}`,
  );
  const remedies = findings.flatMap(({ title, remedy }) =>
    remedy === undefined ? [] : `  ${title}: ${oneLine(remedy)}`,
  );
  return [
    ...lines,
    ...(remedies.length > 0 ? ['', 'What to do:', ...remedies] : []),
    '',
    summary(findings),
  ].join('\n');
}

function summary(findings: readonly Finding[]): string {
  const count = (state: State) => findings.filter((finding) => finding.state === state).length;
  const [lacks, warns] = [count('missing'), count('warning')];
  if (lacks > 0) return `Not ready: ${lacks} missing, ${warns} to look at.`;
  return warns > 0 ? `Ready to install; ${warns} to look at.` : 'Ready to install.';
}
