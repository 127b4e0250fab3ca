import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Bench } from './figure.ts';
import { median } from './statistics.ts';

const ROUNDS = 20;
/** Of issue 6: what a person takes for at once. */
const GOAL_MS = 100;

const COMMANDS = {
  '--version': ['--version'],
  '--help': ['--help'],
  'apps list, of an API that has none': ['apps', 'list'],
};

export const cli: Bench = {
  name: 'cli',
  title: 'the bundled cite from its start to its end; against a process that does nothing',
  async measure() {
    const dir = mkdtempSync(join(tmpdir(), 'cite-bench-'));
    const api = createServer(
      (_, res) => void res.setHeader('content-type', 'application/json').end('{"apps":[]}'),
    );
    try {
      const file = join(dir, 'cite.mjs');
      await promisify(execFile)(process.execPath, [BUNDLER, file]);
      await once(api.listen(0, '127.0.0.1'), 'listening');
      const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
      const bare: number[] = [];
      const ours = new Map<string, number[]>(Object.keys(COMMANDS).map((what) => [what, []]));
      for (let round = 0; round < ROUNDS; round++) {
        bare.push(await timed(['-e', '0'], url));
        for (const [what, args] of Object.entries(COMMANDS))
          ours.get(what)?.push(await timed([file, ...args], url));
      }
      const baseline = { what: 'node -e 0', value: median(bare) };
      const goal = { of: 'ours', atMost: GOAL_MS } as const;
      return [...ours].map(([what, times]) => ({
        what: `cite ${what}`,
        unit: 'ms',
        ours: median(times),
        baseline,
        goal,
      }));
    } finally {
      api.close();
      api.closeAllConnections();
      rmSync(dir, { recursive: true });
    }
  },
};

const BUNDLER = fileURLToPath(new URL('../image/bundle-cli.ts', import.meta.url));

/** Milliseconds from the spawn to the end. */
async function timed(args: readonly string[], url: string): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, CITE_URL: url } });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return performance.now() - begun;
}
