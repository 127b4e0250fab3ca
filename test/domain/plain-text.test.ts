import { describe, expect, it } from 'vitest';
import { advanceChange, concludeChange, openChange } from '../../shared/domain/change.ts';
import { lastLines, lastWords } from '../../shared/domain/log.ts';
import { sentence } from '../../shared/domain/plain-text.ts';
import { aChange, NOON } from '../support/facts.ts';

const RED = '\u001b[31m';

describe('a sentence', () => {
  it.each([
    ['its r1 is live', 'its r1 is live'],
    ['  two\r\n\tlines ', 'two lines'],
    [`${RED}red\u001b[0m`, 'red'],
    ['\u001b]0;a title\u0007text', 'text'],
    ['\u001b]0;no end', ']0;no end'],
    ['turned \u202eround', 'turned  round'],
    ['half \ud800 a letter', 'half \ufffd a letter'],
    ['x'.repeat(5000), `${'x'.repeat(1999)}…`],
  ])('of %j is %j', (given, plain) => {
    expect(sentence(given)).toBe(plain);
  });
});

describe('the last words of a log', () => {
  it('are 20 lines at most, without colours', () => {
    const log = Array.from({ length: 30 }, (_, i) => `${RED}line ${i}`).join('\r\n');
    expect(lastWords(log)).toBe(Array.from({ length: 20 }, (_, i) => `line ${i + 10}`).join('\n'));
  });

  it('are the end of a line that has none', () => {
    expect(lastWords('x'.repeat(1_000_000))).toBe(`…${'x'.repeat(8000)}`);
  });
});

describe('the last lines of a log', () => {
  it.each([
    ['', 3, ''],
    ['one', 3, 'one'],
    ['one\ntwo\nthree\n\n', 2, 'two\nthree'],
    ['\none', 1, 'one'],
    ['\n\none', 5, '\n\none'],
    ['one\n\n\ntwo', 3, '\n\ntwo'],
  ])('of %j, %d of them, are %j', (log, count, lines) => {
    expect(lastLines(log, count)).toBe(lines);
  });

  it('of newlines alone cost no list of them', () => {
    const log = `${'\n'.repeat(10_000_000)}end`;
    const before = process.memoryUsage().heapUsed;
    const words = lastWords(log);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
    expect(words).toMatch(/^\n*end$/);
  });
});

describe('a Change says what others say', () => {
  const evil = `${RED}Error\nverdict: deployed`;
  const plain = 'Error verdict: deployed';

  it('in one line, as its reason', () => {
    const change = aChange();
    const waiting = advanceChange(change, { state: 'starting', reason: evil }, NOON);
    expect([waiting.reason, waiting.timeline.at(-1)?.reason]).toEqual([plain, plain]);
    // The same words again write nothing.
    expect(advanceChange(waiting, { state: 'starting', reason: evil }, NOON)).toBe(waiting);
  });

  it.each([
    [
      { outcome: 'failed', why: evil },
      { outcome: 'failed', why: plain },
    ],
    [
      { outcome: 'cancelled', by: evil },
      { outcome: 'cancelled', by: plain },
    ],
    [
      { outcome: 'deployed', release: 1 },
      { outcome: 'deployed', release: 1 },
    ],
  ] as const)('in one line, as its verdict', (given, verdict) => {
    expect(concludeChange(aChange(), given, NOON).verdict).toEqual(verdict);
    expect(openChange({ ...aChange(), state: 'ended', verdict: given, reason: evil }, NOON)).toMatchObject({
      verdict,
      reason: plain,
    });
  });
});
