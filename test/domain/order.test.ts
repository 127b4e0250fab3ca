import { fc, test as property } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { type OrderFacts, supersededBy } from '../../shared/domain/order.ts';

/** A history of git as a list of parents; commit 0 is the root. */
interface History {
  readonly parents: readonly (number | undefined)[];
}

function ancestors(history: History, commit: number): Set<number> {
  const found = new Set<number>();
  for (let at: number | undefined = commit; at !== undefined; at = history.parents[at]) found.add(at);
  return found;
}

function facts(history: History, candidate: number, latest: number | undefined, head: number): OrderFacts {
  const inHead = ancestors(history, head);
  return {
    candidate: `c${candidate}`,
    latest: latest === undefined ? undefined : `c${latest}`,
    head: `c${head}`,
    candidateInHead: inHead.has(candidate),
    latestInHead: latest !== undefined && inHead.has(latest),
    candidateInLatest: latest !== undefined && ancestors(history, latest).has(candidate),
    headInCandidate: head !== candidate && ancestors(history, candidate).has(head),
  };
}

const history = fc
  .array(fc.nat(), { minLength: 1, maxLength: 12 })
  .map((picks): History => ({ parents: [undefined, ...picks.map((pick, i) => pick % (i + 1))] }));
const index = fc.nat();

describe('the order of commits', () => {
  property.prop([history, index])('always lets the head follow', (h, at) => {
    const head = at % h.parents.length;
    for (let latest = 0; latest < h.parents.length; latest++) {
      expect(supersededBy(facts(h, head, latest, head))).toBeUndefined();
    }
  });

  property.prop([history, index, index, index])(
    'never lets a commit outside the head follow',
    (h, a, b, c) => {
      const n = h.parents.length;
      const [candidate, latest, head] = [a % n, b % n, c % n];
      fc.pre(candidate !== latest && !ancestors(h, head).has(candidate));
      expect(supersededBy(facts(h, candidate, latest, head))).toBe(`c${head}`);
    },
  );

  property.prop([history, index, fc.array(index, { maxLength: 30 })])(
    'whatever the order of arrival, what is deployed never moves to an older commit of the branch, and ends at the head',
    (h, at, arrivals) => {
      const n = h.parents.length;
      const head = at % n;
      let latest: number | undefined;
      for (const arrival of [
        ...arrivals.map((pick) => pick % n),
        head,
        ...arrivals.map((pick) => pick % n),
      ]) {
        if (arrival === latest || supersededBy(facts(h, arrival, latest, head)) !== undefined) continue;
        if (latest !== undefined) expect(ancestors(h, arrival).has(latest)).toBe(true);
        latest = arrival;
      }
      expect(latest).toBe(head);
    },
  );

  property.prop([history, index, index])('never goes back on a branch that was deleted', (h, a, b) => {
    const n = h.parents.length;
    const [candidate, latest] = [a % n, b % n];
    const gone = { ...facts(h, candidate, latest, candidate), head: undefined, candidateInHead: false };
    const older = candidate !== latest && ancestors(h, latest).has(candidate);
    expect(supersededBy(gone)).toBe(older ? `c${latest}` : undefined);
  });

  property.prop([history, index])('lets the first release of a commit of the branch be', (h, a) => {
    const head = h.parents.length - 1;
    const candidate = a % h.parents.length;
    fc.pre(ancestors(h, head).has(candidate));
    expect(supersededBy(facts(h, candidate, undefined, head))).toBeUndefined();
  });

  property.prop([history, index, index, index])(
    'lets a commit of the branch follow a release that the branch was forced away from',
    (h, a, b, c) => {
      const n = h.parents.length;
      const [candidate, latest, head] = [a % n, b % n, c % n];
      fc.pre(ancestors(h, head).has(candidate) && !ancestors(h, head).has(latest));
      expect(supersededBy(facts(h, candidate, latest, head))).toBeUndefined();
    },
  );

  property.prop([history, index, index])(
    'lets the head of a branch that was forced back follow',
    (h, a, b) => {
      const n = h.parents.length;
      const [head, latest] = [a % n, b % n];
      fc.pre(!ancestors(h, head).has(latest));
      expect(supersededBy(facts(h, head, latest, head))).toBeUndefined();
    },
  );
});
