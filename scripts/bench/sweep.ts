import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';
import { startChild } from './child.ts';
import type { Bench, Figure } from './figure.ts';
import type { Usage } from './in-child.ts';
import { median } from './statistics.ts';
import { seed, seeded } from './sweep-seed.ts';

const ROUNDS = 3;
/**
 * V8 takes the size of its young generation from the memory that it sees: 2 MiB in the container of 256 MiB that the
 * manifest gives (nodejs/node#64646), eight times that on a machine like this one.
 */
const CONTAINED = ['--max-semi-space-size=2'];

interface Sweep {
  readonly ms: number;
  readonly peakMiB: number;
  readonly reads: number;
  readonly writes: number;
}

export const sweep: Bench = {
  name: 'sweep',
  title: `gcSweep over ${seeded.releases.toLocaleString('en')} releases in ${seeded.namespaces} namespaces, ${seeded.toDo.toLocaleString('en')} to retire; against one listing of them`,
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'cite-bench-'));
    try {
      const origin = join(folder, 'origin');
      await seed(origin);
      const first: Sweep[] = [];
      const next: Sweep[] = [];
      const bare: Sweep[] = [];
      const roomy: Sweep[] = [];
      const bareRoomy: Sweep[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const dir = join(folder, `${round}`);
        const other = join(folder, `${round}-roomy`);
        for (const to of [dir, other]) cpSync(origin, to, { recursive: true });
        bare.push(await run(dir, { bare: true }));
        first.push(await run(dir, { bare: false }));
        next.push(await run(dir, { bare: false }));
        bareRoomy.push(await run(other, { bare: true }, []));
        roomy.push(await run(other, { bare: false }, []));
        rmSync(other, { recursive: true });
        rmSync(dir, { recursive: true });
      }
      const memory = { what: 'peak RSS, memory of the whole machine', unit: 'MiB', of: 'peakMiB' } as const;
      return [
        ...figures('first sweep', first, bare),
        compared('first sweep', roomy, bareRoomy, memory),
        ...figures('next sweep', next, bare),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** In a process of its own, from its event to its answer. */
async function run(
  dir: string,
  { bare }: { bare: boolean },
  nodeOptions: readonly string[] = CONTAINED,
): Promise<Sweep> {
  type Answer = Usage & { readonly calls: Record<string, number> };
  const process = await startChild<{ url: string }, 'usage', Answer>(
    './sweep-process.ts',
    { dir, bare },
    nodeOptions,
  );
  try {
    const begun = performance.now();
    const { status } = await fetch(process.ready.url, {
      method: 'POST',
      headers: {
        'ce-specversion': '1.0',
        'ce-id': 'bench',
        'ce-source': '/bench',
        'ce-type': 'dev.knative.sources.ping',
      },
    });
    const ms = performance.now() - begun;
    if (status !== 204) throw new Error(`the sweep answered ${status}`);
    const { calls, peakMiB } = await process.ask('usage');
    const count = (wanted: (name: string) => boolean) =>
      Object.entries(calls).reduce((sum, [name, times]) => sum + (wanted(name) ? times : 0), 0);
    const isRead = (name: string) => /^(get|list|namespace|foreign|read)/.test(name);
    return { ms, peakMiB, reads: count(isRead), writes: count((name) => !isRead(name)) };
  } finally {
    await process.stop();
  }
}

function figures(name: string, ours: readonly Sweep[], bare: readonly Sweep[]): Figure[] {
  const of = (what: string, unit: string, field: keyof Sweep, atMost: number): Figure => ({
    ...compared(name, ours, bare, { what, unit, of: field }),
    goal: { of: 'ours', atMost },
  });
  return [
    of('time', 'ms', 'ms', 5000),
    of('peak RSS', 'MiB', 'peakMiB', 150),
    // One listing of each kind, however many there are.
    of('reads of the cluster port', '', 'reads', 4),
    compared(name, ours, bare, { what: 'writes to the cluster port', unit: '', of: 'writes' }),
  ];
}

function compared(
  name: string,
  ours: readonly Sweep[],
  bare: readonly Sweep[],
  { what, unit, of }: { readonly what: string; readonly unit: string; readonly of: keyof Sweep },
): Figure {
  const middle = (sweeps: readonly Sweep[]) => median(sweeps.map((one) => one[of]));
  return {
    what: `${name}: ${what}`,
    unit,
    ours: middle(ours),
    baseline: { what: '(one listing)', value: middle(bare) },
  };
}
