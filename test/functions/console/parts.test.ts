import { describe, expect, test } from 'vitest';
import { prefixed } from '../../../functions/console/log-lines.ts';
import { mergePatch } from '../../../functions/console/merge-patch.ts';
import { lines } from '../../../scripts/cli/lines.ts';

describe('a merge patch does what RFC 7396 says in its appendix A', () => {
  test.each<[unknown, unknown, unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  test('and touches no prototype', () => {
    mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}'));
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('a text that comes in parts', () => {
  async function* parts(...texts: string[]) {
    yield* texts;
  }
  const all = async (texts: AsyncIterable<string>) => {
    const read: string[] = [];
    for await (const text of texts) read.push(text);
    return read;
  };

  test.each([
    [['one\ntwo\n'], 'p one\np two\n'],
    [['on', 'e\nt', 'wo', '\n'], 'p one\np two\n'],
    [['one\n\nlast'], 'p one\np \np last\n'],
    [[], ''],
  ])('%j is prefixed line by line', async (texts, result) => {
    expect((await all(prefixed(parts(...texts), 'p '))).join('')).toBe(result);
  });

  test('is read line by line, an unended last one too', async () => {
    expect(await all(lines(parts('on', 'e\n\ntw', 'o')))).toEqual(['one', '', 'two']);
  });
});
