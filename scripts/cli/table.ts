import { oneLine, paint } from './text.ts';

/** Between two columns. */
const GAP = '  ';
/** A column is never cut to less, however narrow the terminal is. */
const LEAST = 6;

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Puts colour on the finished cell. */
  readonly paint?: (cell: string) => string;
}

/** Rows under their titles. Where `width` is too small, the widest columns are cut; without it nothing is. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number | undefined = process.stdout.columns,
): string {
  const cells = rows.map((row) => columns.map(({ cell }) => oneLine(cell(row))));
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...cells.map((line) => displayWidth(line[i] ?? ''))),
  );
  if (width !== undefined) shrink(widths, width - GAP.length * (columns.length - 1));
  const line = (texts: readonly string[], finish: (text: string, i: number) => string) =>
    texts
      .map((text, i) => {
        const cut = cutTo(text, widths[i] ?? 0);
        const padding = i === texts.length - 1 ? '' : ' '.repeat((widths[i] ?? 0) - displayWidth(cut));
        return finish(cut, i) + padding;
      })
      .join(GAP)
      .trimEnd();
  const titles = columns.map(({ title }) => title);
  return [
    line(titles, (text) => paint('bold', text)),
    ...cells.map((texts) => line(texts, (text, i) => columns[i]?.paint?.(text) ?? text)),
  ].join('\n');
}

/** Takes a column's worth from the widest until all fit. */
function shrink(widths: number[], room: number): void {
  const total = () => widths.reduce((sum, one) => sum + one, 0);
  while (total() > room) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= LEAST) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = '';
  for (const character of text) {
    if (displayWidth(cut + character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** Columns of a terminal that a text takes: East Asian characters two, combining marks none. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : /\p{Mn}/u.test(character) ? 0 : 1;
  return width;
}
