import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { decide } from '../../functions/receiveWebhook/decide.ts';
import { harmless, oneLine, shownJson, spoken } from '../../scripts/cli/text.ts';
import { parseEvent } from '../../scripts/local/broker/event.ts';
import { parsePackageJson } from '../../scripts/local/builder/package-json.ts';
import { startCommand } from '../../scripts/local/builder/start-command.ts';
import { parseRefUpdates } from '../../scripts/local/git-host/git/ref-update.ts';
import { addresseeOf } from '../../scripts/local/hosts.ts';
import { annotatedTime } from '../../shared/adapters/kubernetes/annotated-time.ts';
import { parseRelease } from '../../shared/adapters/kubernetes/app-objects.ts';
import { appSpec, branchName, repositoryName } from '../../shared/domain/app-spec.ts';
import { commitPrefix } from '../../shared/domain/commit-prefix.ts';
import { deadLetterReason } from '../../shared/domain/dead-letter.ts';
import { InvalidError } from '../../shared/domain/errors.ts';
import { parseClusterEvent, parseDeliveryEvent, parseOwnEvent } from '../../shared/domain/events.ts';
import { decideHosts, hasPublicHost } from '../../shared/domain/hosts.ts';
import { instant } from '../../shared/domain/instant.ts';
import { lastWords } from '../../shared/domain/log.ts';
import { alternativeName, isAppName, proposeName } from '../../shared/domain/naming.ts';
import { plainLines, sentence } from '../../shared/domain/plain-text.ts';
import { keptOfPush, parsePush } from '../../shared/domain/push.ts';
import { aSpec, NOON } from '../support/facts.ts';
import { documents, values } from './corpus/json.ts';
import { hosts, images, names, oddRefs, pathsOut, refusedRefs, repositories } from './corpus/names.ts';
import { ACTS, texts } from './corpus/texts.ts';

/** As many inputs a parser as the time of a check allows; FUZZ_RUNS=1000000 for a night. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 300);

/** The corpus, pieces of it, and what nobody has thought of. */
const known = [
  ...Object.values(texts),
  ...names,
  ...hosts,
  ...images,
  ...pathsOut,
  ...repositories,
  ...refusedRefs,
  ...oddRefs,
];
const piece = fc.oneof(
  fc.constantFrom(...known.filter((text) => text.length < 300)),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const text = fc.oneof(
  fc.constantFrom(...known),
  fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 500 }),
);
const anything = fc.oneof(
  fc.constantFrom(...values),
  text,
  fc.anything({ withNullPrototype: true }),
  fc.jsonValue(),
);
const json = fc.oneof(fc.constantFrom(...documents), fc.json(), text);

/** An object in which each of the keys has any value. */
const objectOf = (...keys: string[]) =>
  fc.record(Object.fromEntries(keys.map((key) => [key, anything])), { requiredKeys: [] });

const orInvalid = (parse: () => unknown) => {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidError) return error;
    throw error;
  }
};

describe('whatever it is given, a parser gives a value or a fault that names what is wrong', () => {
  test.prop([json], { numRuns })('of a webhook', (body) => {
    const reception = decide({ id: '1/x', event: 'push', body, receivedAt: NOON });
    if (reception.action !== 'refuse') expect(() => parsePush(reception.delivery.body)).not.toThrow();
  });

  test.prop([objectOf('ref', 'before', 'after', 'deleted', 'forced', 'repository', 'head_commit')], {
    numRuns,
  })('of a push', (body) => {
    const push = parsePush(JSON.stringify(body));
    if (push) expect(push.ref).not.toMatch(/\p{Cc}/u);
    expect(parsePush(keptOfPush(body))).toEqual(push);
  });

  test.prop([anything], { numRuns })('of an event of the platform or of the cluster', (data) => {
    for (const type of ['dev.cite.head.found', 'dev.cite.change.found', 'dev.cite.build.found'] as const)
      orInvalid(() => parseOwnEvent(type, data));
    orInvalid(() => parseDeliveryEvent(data));
    parseClusterEvent(data);
  });

  test.prop([fc.dictionary(text, text), json], { numRuns })('of a CloudEvent over HTTP', (headers, body) => {
    const event = parseEvent(
      { ...headers, 'content-type': 'application/cloudevents+json' },
      Buffer.from(body),
    );
    if (!('fault' in event))
      for (const name of Object.keys(event.attributes)) expect(name).toMatch(/^[a-z0-9]{1,64}$/);
  });

  test.prop([objectOf(...Object.keys(appSpec.shape))], { numRuns })('of an App', (given) => {
    const parsed = appSpec.safeParse({ ...given, repository: 'acme/shop', branch: 'main' });
    // Parsed again it is the same: nothing is made of it twice.
    if (parsed.success) expect(appSpec.parse(parsed.data)).toEqual(parsed.data);
  });

  test.prop([text], { numRuns })('of a Release that is kept in a cluster', (annotation) => {
    parseRelease(annotation);
  });

  const years = fc.integer({ min: -300_000, max: 300_000 });
  const times = fc
    .tuple(years, fc.constantFrom('', '+', '-', '00'))
    .map(([year, sign]) => `${sign}${year}-09-13T00:00:00Z`);
  test.prop([fc.oneof(text, times)], { numRuns })('of a time that is kept in a cluster', (annotation) => {
    const time = annotatedTime(annotation) ?? NOON;
    expect(new Date(time.getTime() + 30 * 86_400_000).toISOString()).toBeDefined();
  });

  test.prop([json], { numRuns })('of a package.json', (file) => {
    try {
      startCommand(undefined, parsePackageJson(file), () => true);
    } catch (error) {
      expect(error).toHaveProperty('name', 'BuildFailure');
    }
  });

  test.prop([text], { numRuns })('of what git tells its hook', (told) => {
    for (const { ref } of parseRefUpdates(`${'a'.repeat(40)} ${'b'.repeat(40)} refs/heads/${told}`))
      expect(ref).not.toContain('\n');
  });

  test.prop([text], { numRuns })('of a time, a commit, a Host header', (given) => {
    orInvalid(() => instant(given));
    expect(commitPrefix(given) ?? 'aaaaaaa').toMatch(/^[0-9a-f]{7,40}$/);
    const to = addresseeOf(given);
    if (typeof to === 'object') expect(to.app.name).toMatch(/^[a-z0-9]/);
  });
});

describe('whatever it is made of,', () => {
  test.prop([text, text, text], { numRuns })(
    'the name of an App is one that Kubernetes takes',
    (repo, branch, other) => {
      for (const name of [
        proposeName(`acme/${repo}`, branch, other),
        alternativeName(`acme/${repo}`, branch),
      ])
        expect(isAppName(name), name).toBe(true);
    },
  );

  test.prop([text], { numRuns })(
    'a branch and a repository hold nothing that a path, a shell or a header reads',
    (given) => {
      if (repositoryName.safeParse(given).success) expect(given).toMatch(/^[\w.-]+\/[\w.-]+$/);
      if (branchName.safeParse(given).success)
        expect(given).not.toMatch(/[\x00-\x20\x7f~^:?*[\\]|\.\.|^-|^\/|\/\/|@\{/);
    },
  );

  test.prop([text, fc.array(text), text], { numRuns })(
    'hosts are routed only where they are allowed',
    (host, domains, pattern) => {
      const spec = { ...aSpec(), domains: [host] };
      const { allowed, refused } = decideHosts({ namespace: 'acme', name: 'shop', spec }, domains, pattern);
      if (
        !hasPublicHost(pattern) &&
        !domains.some((domain) => domain.includes('*') || domain.toLowerCase() === host)
      )
        expect(allowed).not.toContain(host);
      expect(refused.length + allowed.length).toBeGreaterThan(0);
    },
  );

  test.prop([text], { numRuns })(
    'a sentence is one line that acts on nothing, and stays as it is',
    (given) => {
      for (const most of [1, 80, 2000]) {
        const plain = sentence(given, most);
        expect(plain).not.toMatch(ACTS);
        expect(plain.isWellFormed()).toBe(true);
        expect(plain.length).toBeLessThanOrEqual(most);
        expect(sentence(plain, most)).toBe(plain);
      }
    },
  );

  test.prop([text], { numRuns })('the end of a log is bounded, and acts on nothing but lines', (given) => {
    const words = lastWords(given.repeat(50));
    expect(words.replace(/[\n\t]/g, '')).not.toMatch(ACTS);
    expect(words.length).toBeLessThanOrEqual(8001);
    expect(words.split('\n').length).toBeLessThanOrEqual(20);
    expect(plainLines(words)).toBe(words);
  });

  test.prop([text, text], { numRuns })('a dead letter is told of in words', (destination, message) => {
    expect(sentence(deadLetterReason({ destination, code: 500, message }))).not.toMatch(ACTS);
  });

  test.prop([text], { numRuns })('what the command prints moves no cursor', (given) => {
    const acts = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
    expect(harmless(given)).not.toMatch(acts);
    for (const line of [oneLine(given), spoken(given)]) expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
    expect(shownJson({ given })).not.toMatch(acts);
    expect(JSON.parse(shownJson({ given }))).toEqual({ given });
  });
});
