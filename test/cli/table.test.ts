import { describe, expect, test } from 'vitest';
import { table } from '../../scripts/cli/table.ts';
import { ago, harmless, oneLine } from '../../scripts/cli/text.ts';

const columns = [
  { title: 'NAME', cell: ([name]: readonly string[]) => name ?? '' },
  { title: 'NOTE', cell: ([, note]: readonly string[]) => note ?? '' },
];

describe('a table', () => {
  test('lines its columns up and ends no line with spaces', () => {
    const rows = [
      ['a', 'first'],
      ['long-name', ''],
    ];
    expect(table(rows, columns, undefined)).toBe('NAME       NOTE\na          first\nlong-name');
  });

  test('cuts the widest columns where the terminal is too narrow, and says so', () => {
    const lines = table([['abc', 'x'.repeat(100)]], columns, 30).split('\n');
    expect(lines[1]).toBe(`abc   ${'x'.repeat(23)}…`);
    expect(lines.every((line) => line.length <= 30)).toBe(true);
  });

  test('counts East Asian characters as two, and cuts none in half', () => {
    expect(table([['東京東京東京', 'x']], columns, 14)).toBe('NAME      NOTE\n東京東…   x');
  });

  test('keeps each row on its line, whatever is in it', () => {
    expect(table([['a\nb\r\n', '\u001b[2Jc\td\u202e']], columns, undefined)).toBe('NAME  NOTE\na b   c d');
  });
});

describe('text of somebody else', () => {
  test('keeps tabs and lines, and loses what a terminal would obey', () => {
    expect(harmless('a\tb\n\u001b[31mred\u001b[0m\u0007\u009b2J\u0000\u202e')).toBe('a\tb\nred');
    expect(oneLine('a\r\nb\u0085c')).toBe('a bc');
  });

  test.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [3599, '59 min'],
    [3600, '1 h'],
    [86_400 * 3, '3 d'],
    [-5, '0 s'],
  ])('%i seconds ago are %s', (seconds, words) => {
    const now = new Date('2026-03-01T12:00:00Z');
    expect(ago(new Date(now.getTime() - seconds * 1000).toISOString(), now)).toBe(words);
  });
});
