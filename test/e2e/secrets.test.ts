import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answering, crashing } from './files.ts';
import { openWorld, type World } from './world.ts';

/** What an App's Secret holds, before and after it is replaced: words that nothing else on the machine has. */
const PLANTED = ['planted-3f9c1e77-first', 'planted-3f9c1e77-second'] as const;

/** Files that hold a secret because it is what they are for. What else is in them is looked at by rows. */
const MAY_HOLD: Readonly<Record<string, string>> = {
  'data/secrets.json': 'the secrets of the platform, readable by its owner alone',
  'data/git-host.sqlite': 'the code host, which signs with the secret of the webhook',
  'data/cluster.sqlite': 'the cluster, of which the Secrets are a part',
};

let world: World;
/** Everything that the platform said to anybody. */
const said: string[] = [];
const commandLines = new Set<string>();
let watch: NodeJS.Timeout;

beforeAll(async () => {
  // A process lives for milliseconds (git, with a credential for the clone): it is looked for all the time.
  watch = setInterval(noteCommandLines, 20);
  world = await openWorld();
});
afterAll(async () => {
  clearInterval(watch);
  await world.close();
});

/** How often each process was looked at: before it has become another program, its command line is its parent's. */
const looks = new Map<string, number>();

function noteCommandLines(): void {
  if (process.platform !== 'linux') return;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const count = looks.get(pid) ?? 0;
    if (count >= 3) continue;
    looks.set(pid, count + 1);
    try {
      commandLines.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    } catch {
      // It has ended.
    }
  }
}

/** A secret as it is, and as git and HTTP carry it. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(`x-access-token:${secret}`).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
];

const api = async (method: string, path: string, body?: unknown) => {
  const answer = await world.api(method, path, body);
  said.push(JSON.stringify([answer.body, [...answer.headers]]));
  return answer;
};
const cite = async (...args: string[]) => void said.push(JSON.stringify(await world.cite(...args)));

/** Each file below a folder, by its path from there. */
const filesOf = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile())
    .map((path) => relative('.', path));

/** Every row of every table, but for the Secrets of the cluster. */
function rowsOf(file: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
    return tables
      .flatMap(({ name }) => database.prepare(`select * from "${name}"`).all())
      .filter(({ kind }) => kind !== 'Secret')
      .map((row) => JSON.stringify(row))
      .join('\n');
  } finally {
    database.close();
  }
}

test('a secret is nowhere but where it belongs, whatever has become of its App', {
  timeout: 180_000,
}, async () => {
  const repository = await world.aRepository(answering('v1'));
  // Its first App makes the Namespace.
  const first = await world.register(repository, { name: 'before' });
  const at = `/api/namespaces/${first.namespace}/secrets/shop`;
  expect((await api('PUT', at, { content: { PASSWORD: PLANTED[0] }, by: 'ann' })).status).toBe(204);
  const app = await world.register(repository, { name: 'shop', secret: 'shop' });
  await app.untilLive('v1');
  expect(await app.visit('/env/PASSWORD')).toBe(PLANTED[0]);

  const second = await repository.push(answering('v2'));
  await app.untilLive('v2');
  await api('PUT', at, { content: { PASSWORD: PLANTED[1] } });
  await api('PUT', at, { content: { PASSWORD: 7 } });
  await api('PUT', at, { content: PLANTED[1] });
  const failed = await repository.push(crashing('it is broken'));
  await app.verdict(failed);
  const unbuilt = await repository.push({ 'package.json': '{ no JSON' });
  await app.verdict(unbuilt);
  await api('POST', `/api/apps/${app.address}/activate`, { release: 1, by: 'ann' });
  await app.untilLive('v1');
  expect(await app.visit('/env/PASSWORD')).toBe(PLANTED[0]);

  for (const path of ['', '/releases', '/logs', '/logs?release=2'])
    await api('GET', `/api/apps/${app.address}${path}`);
  for (const path of [
    '/api/apps',
    '/api/changes',
    '/api/status',
    '/api/sweep',
    `/api/why/${failed}`,
    `/api/why/${second}`,
  ])
    await api('GET', path);
  for (const { build } of await app.changes()) if (build) await api('GET', `/api/builds/${build}/log`);
  for (const commit of [second, failed]) {
    const statuses = await world.github('GET', `/${repository.name}/commits/${commit}/statuses`);
    expect(statuses.body.length).toBeGreaterThan(0);
    said.push(JSON.stringify(statuses.body));
  }
  await cite('apps', 'show', app.address);
  await cite('why', failed);
  await cite('secrets', 'set', `${app.namespace}/none/x`, 'PASSWORD=-');
  await cite('logs', app.address, '--build');

  const { webhookSecret, githubToken } = JSON.parse(readFileSync(join(world.dir, 'secrets.json'), 'utf8'));
  const secrets = {
    'the App’s': PLANTED[0],
    'its next': PLANTED[1],
    'the webhook’s': webhookSecret,
    'the code host’s': githubToken,
  };
  const folder = dirname(world.dir);
  const files = filesOf(folder);
  const rows = files
    .filter((path) => path.endsWith('.sqlite') && !path.endsWith('lock.sqlite'))
    .map((path) => [`rows of ${path}`, rowsOf(join(folder, path))] as const);
  const hides: string[] = [];
  for (const [whose, secret] of Object.entries(secrets)) {
    const holds = (text: string) => formsOf(secret).some((form) => text.includes(form));
    for (const path of files) {
      const owner = path.replace(/-(wal|shm)$/, '');
      if (!(owner in MAY_HOLD) && holds(readFileSync(join(folder, path), 'latin1')))
        hides.push(`${whose} in ${path}`);
    }
    for (const [what, text] of rows) {
      const isHook = what.includes('git-host') && whose === 'the webhook’s';
      if (!isHook && holds(text)) hides.push(`${whose} in ${what}`);
    }
    if (said.some(holds)) hides.push(`${whose} in an answer`);
    if ([...commandLines].some(holds)) hides.push(`${whose} on a command line`);
  }
  expect(hides).toEqual([]);
  // What was looked at is what there is.
  expect(files.some((path) => path.endsWith('cite.log'))).toBe(true);
  expect(rows.length).toBeGreaterThan(2);
  expect(files.filter((path) => path.includes('image')).length).toBeGreaterThan(0);
  await app.remove();
});
