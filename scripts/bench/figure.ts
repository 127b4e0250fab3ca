/** One line of a bench: what was measured, against what, and what it should be. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  /** Measured in the same run, in turn with ours. */
  readonly baseline?: { readonly what: string; readonly value: number };
  readonly goal?: Goal;
}

export interface Goal {
  /** `ratio` is ours to the baseline's. */
  readonly of: 'ours' | 'ratio';
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  readonly measure: () => Promise<readonly Figure[]>;
}

export const ratioOf = ({ ours, baseline }: Figure) => (baseline ? ours / baseline.value : undefined);

/** Undefined: it has no goal. What could not be measured has missed it. */
export function isMet(figure: Figure): boolean | undefined {
  const { goal } = figure;
  if (!goal) return undefined;
  const value = (goal.of === 'ours' ? figure.ours : ratioOf(figure)) ?? Number.NaN;
  return (
    (goal.atMost === undefined || value <= goal.atMost) &&
    (goal.atLeast === undefined || value >= goal.atLeast)
  );
}

/** A table for a terminal, one line per figure. */
export function table(figures: readonly Figure[]): string {
  const head = ['what', 'ours', 'baseline', 'ratio', 'goal', ''];
  const rows = [head, ...figures.map(cells)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

function cells(figure: Figure): string[] {
  const { what, unit, ours, baseline, goal } = figure;
  const ratio = ratioOf(figure);
  const met = isMet(figure);
  return [
    what,
    amount(ours, unit),
    baseline ? `${amount(baseline.value, unit)}  ${baseline.what}` : '—',
    ratio === undefined || !Number.isFinite(ratio) ? '—' : ratio.toFixed(2),
    goal ? goalText(goal, unit) : '—',
    met === undefined ? '' : met ? 'ok' : 'MISSED',
  ];
}

function goalText({ of, atMost, atLeast }: Goal, unit: string): string {
  const value = (limit: number) => (of === 'ratio' ? `${limit} ×` : amount(limit, unit));
  return atMost !== undefined ? `≤ ${value(atMost)}` : `≥ ${value(atLeast ?? 0)}`;
}

/** Three digits say enough of a measurement. */
function amount(value: number, unit: string): string {
  const text =
    Number.isInteger(value) || Math.abs(value) >= 100
      ? Math.round(value).toLocaleString('en')
      : value.toPrecision(3);
  return unit ? `${text} ${unit}` : text;
}
