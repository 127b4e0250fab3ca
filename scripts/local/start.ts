import { join, resolve } from 'node:path';
import { argv, env, exit, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ManifestError } from './broker/manifests.ts';
import { FolderUnusableError } from './data-folder.ts';
import { PortTakenError } from './front.ts';
import { FolderTakenError } from './lock.ts';
import { type Platform, startPlatform } from './platform.ts';

const USAGE = `npm start -- [options]
  --port <number>   where it listens (CITE_PORT, else 8080; 0: any free port)
  --data <folder>   where it keeps everything (CITE_DATA, else .cite)
  --isolate         each function as a process of its own, as on Knative
  --registries <r>  whose images an App may name, comma separated (CITE_REGISTRIES, else none)
  --demo            plays the whole main path on a sample app, checks each step and ends`;

const CHECKOUT = resolve(fileURLToPath(new URL('../..', import.meta.url)));

function readOptions() {
  try {
    const { values } = parseArgs({
      args: argv.slice(2),
      options: {
        port: { type: 'string', default: env.CITE_PORT ?? '8080' },
        data: { type: 'string', default: env.CITE_DATA ?? join(CHECKOUT, '.cite') },
        isolate: { type: 'boolean', default: false },
        registries: { type: 'string', default: env.CITE_REGISTRIES ?? '' },
        demo: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535)
      throw new Error(`--port must be a number from 0 to 65535, not ${JSON.stringify(values.port)}`);
    return { ...values, port: Number(values.port), data: resolve(values.data) };
  } catch (err) {
    return fail(`${(err as Error).message}\n\n${USAGE}`);
  }
}

function fail(message: string): never {
  console.error(message);
  return exit(1);
}

const remedy = (err: Error) =>
  err instanceof PortTakenError
    ? `${err.message}: choose another one with --port <number>`
    : err instanceof FolderTakenError
      ? `${err.message}: stop that one first, or choose another folder with --data <folder>`
      : err instanceof FolderUnusableError
        ? `${err.message}: choose another folder with --data <folder>`
        : err.message;

async function run({ data: dir, ...options }: ReturnType<typeof readOptions>): Promise<void> {
  const begun = performance.now();
  // Before anything else: a Ctrl-C while it starts must not leave half of it running.
  const stop = new Promise<void>((resolve) => {
    // Terminals and npm both send it: what comes after the first one changes nothing.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  let platform: Platform;
  try {
    platform = await startPlatform({ ...options, dir });
  } catch (err) {
    const known = [PortTakenError, FolderTakenError, FolderUnusableError, ManifestError].some(
      (type) => err instanceof type,
    );
    if (known) fail(remedy(err as Error));
    throw err;
  }
  stdout.write(welcome(platform.url, dir, Math.round(performance.now() - begun)));
  await stop;
  stdout.write('\nStopping …\n');
  await platform.close();
  exit(0);
}

const welcome = (url: string, data: string, ms: number) => `
Cite runs at ${url} (started in ${ms} ms; Ctrl-C ends it and every app with it)
  state and log   ${data}
  git remote      ${url}/git/<owner>/<repository>.git   (the first push makes the repository)
  apps            ${url.replace('localhost', '<app>.<owner>.localhost')}

Try, in the folder of a Node app or a static site:
  git push ${url}/git/me/web.git HEAD:main
  CITE_URL=${url} npm run --prefix ${CHECKOUT} cite -- apps create me/web
  curl ${url.replace('localhost', 'web.me.localhost')}
`;

const options = readOptions();
if (options.help) stdout.write(`${USAGE}\n`);
else if (options.demo) {
  const { demo } = await import('./demo/demo.ts');
  exit(await demo({ isolate: options.isolate }));
} else await run(options);
