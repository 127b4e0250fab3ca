import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { appSpec, hold } from '../../../shared/domain/app-spec.ts';
import { hosts, images, names, oddRefs, pathsOut } from '../../hostile/corpus/names.ts';
import { texts as hostileTexts } from '../../hostile/corpus/texts.ts';
import { freshNamespace } from '../cluster/world.ts';
import type { ApiServer } from './api-server.ts';
import { specCases } from './spec-cases.ts';

/** What the CRD does not fill in, for it says no more than its absence (scripts/generate/structural-schema.ts). */
const EMPTY = { checks: [], domains: [], notifications: [] };

/** The API server refuses and accepts exactly what the schema of the API does, and fills in the same defaults. */
export function crdTests(server: () => ApiServer): void {
  const namespace = freshNamespace();
  beforeAll(() => server().connection.core.createNamespace({ body: { metadata: { name: namespace } } }));

  /** The spec as the API server would keep it, or undefined where it refuses it. */
  const asKept = async (spec: unknown, name = 'web'): Promise<unknown> => {
    const path = `/apis/cite.dev/v1alpha1/namespaces/${namespace}/apps?dryRun=All&fieldValidation=Strict`;
    const response = await server().connection.raw(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ apiVersion: 'cite.dev/v1alpha1', kind: 'App', metadata: { name }, spec }),
    });
    const answer = (await response.json()) as { spec?: unknown; message?: string };
    if (response.ok) return answer.spec;
    if (response.status === 422 || response.status === 400) return undefined;
    throw new Error(answer.message);
  };
  /** A Hold's words lose the marks that turn text around where they are read: no pattern of a CRD can name those. */
  const asRead = (kept: unknown): unknown => {
    const said = (kept as { readonly hold?: unknown } | undefined)?.hold;
    return said === undefined ? kept : { ...(kept as object), hold: hold.parse(said) };
  };
  const agree = async (spec: unknown) => {
    const parsed = appSpec.safeParse(spec);
    const kept = asRead(await asKept(spec));
    const whole = kept === undefined ? undefined : { ...EMPTY, ...(kept as object) };
    expect(whole, JSON.stringify(spec)).toEqual(parsed.success ? parsed.data : undefined);
  };

  test.each(specCases)('%s: %j', async (_what, change, accepted) => {
    const spec = { repository: 'acme/shop', branch: 'main', ...change };
    expect(appSpec.safeParse(spec).success).toBe(accepted);
    await agree(spec);
  });

  const hostile = (alphabet: string, maxLength: number) =>
    fc.string({ unit: fc.constantFrom(...alphabet.split('')), maxLength });
  const texts = {
    branch: hostile('aZ09/.-_@{}~^:?*[\\ \n\u007fé', 8),
    repository: hostile('aZ09/.-_\n', 8),
    context: hostile('a/.\\ \n\u0001é', 8),
    name: hostile('aZ09_-.=\n ', 5),
    image: hostile('aZ0/.:-_{}', 6),
    domain: hostile('aZ0.-*:\n', 8),
  };
  const candidates = fc.oneof(
    texts.branch.map((branch) => ({ branch })),
    texts.repository.map((repository) => ({ repository })),
    texts.repository.map((rest) => ({ repository: `a/${rest}` })),
    texts.context.map((context) => ({ build: { context } })),
    texts.context.map((output) => ({ build: { output } })),
    texts.name.map((name) => ({ env: { [name]: '' } })),
    texts.domain.map((host) => ({ domains: [host] })),
    texts.domain.map((label) => ({ domains: [`${label}.svc`, `a.${label}`] })),
    texts.image.map((tag) => ({ image: `r/${tag}{sha}`, checks: ['ci'] })),
  );
  test('they agree on texts that are nearly right', async () => {
    await fc.assert(
      fc.asyncProperty(candidates, async (change) => {
        await agree({ repository: 'acme/shop', branch: 'main', ...change });
      }),
      { numRuns: 400 },
    );
  });

  const fields: readonly ((text: string) => object)[] = [
    (text) => ({ repository: text }),
    (text) => ({ branch: text }),
    (text) => ({ build: { context: text } }),
    (text) => ({ checks: [text] }),
    (text) => ({ env: { VALUE: text } }),
    (text) => ({ env: { [text]: '' } }),
    (text) => ({ secret: text }),
    (text) => ({ notifications: [{ kind: 'slack', secret: text }] }),
    (text) => ({ domains: [text] }),
    (text) => ({ image: text, checks: ['ci'] }),
    (text) => ({ hold: { by: text, why: text, at: '2026-01-02T03:04:05Z' } }),
    (text) => ({ readiness: { http: { path: text } } }),
  ];
  test.each(fields.map((field) => [Object.keys(field('x')).join(), field] as const))(
    'they agree on hostile texts as %s',
    async (_, field) => {
      const corpus = [...Object.values(hostileTexts), ...names, ...hosts, ...images, ...pathsOut, ...oddRefs];
      // The API server takes no text that is not well formed.
      for (const text of corpus.filter((one) => one.isWellFormed() && one !== '__proto__'))
        await agree({ repository: 'acme/shop', branch: 'main', ...field(text) });
    },
    60_000,
  );

  test.each(['env', 'build'])(
    'a variable named __proto__, which the schema would pass over, is refused in %s',
    async (where) => {
      const env = JSON.parse('{"__proto__":"x"}') as object;
      const change = where === 'env' ? { env } : { build: { env } };
      expect(await asKept({ repository: 'acme/shop', branch: 'main', ...change })).toBeUndefined();
    },
  );

  test.each([
    ['a', true],
    ['a'.repeat(40), true],
    ['a'.repeat(41), false],
    ['2024-web', false],
    ['web.shop', false],
    ['web-', false],
  ])('the name %j is accepted: %j', async (name, accepted) => {
    const spec = { repository: 'acme/shop', branch: 'main' };
    expect((await asKept(spec, name)) !== undefined).toBe(accepted);
  });
}
