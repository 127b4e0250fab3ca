import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { buildLogId } from '../../../shared/domain/log.ts';
import { readLog } from '../../../shared/runtime/read-log.ts';
import { addressOf, requireApp } from '../app-of.ts';
import type { Needs } from '../needs.ts';
import { plainText } from '../plain-text.ts';
import { refusal } from '../problem.ts';
import { appAddress } from '../schemas.ts';
import { appPath } from './addresses.ts';
import { answerPage } from './answer-page.tsx';
import { type LogView, viewLog } from './log-view.ts';
import type { Page } from './page.ts';
import type { PageEnv } from './page-env.ts';
import { parsed } from './parsed.ts';

const query = z.object({
  q: z.string().max(200).catch('').default(''),
  release: z.coerce.number().int().min(1).optional().catch(undefined),
});

/** Lines asked of a pod: the page shows the last of them. */
const TAIL = 2000;

/** What builds and pods print, as it comes; searched; and whole, as a download. */
export const logRoutes = (ports: Needs) =>
  new Hono<PageEnv>()
    .get('/builds/:key', (c) => {
      const { q } = query.parse(c.req.query());
      return answerPage(c, () => buildLogPage(ports, c.req.param('key'), q), { q });
    })
    .get('/builds/:key/log', async (c) => {
      const kept = await ports.store.readLog(buildLogId(c.req.param('key')));
      if (kept === undefined) throw refusal(404, 'The log is not whole yet, or was kept long enough.');
      return plainText(c, () => [[kept]]);
    })
    .get('/apps/:namespace/:name/logs', (c) => {
      const { q, release } = query.parse(c.req.query());
      const look = async () => {
        const app = await requireApp(ports.cluster, parsed(appAddress, c.req.param()));
        const pods = await ports.cluster.listPods(app, release);
        const logs = await Promise.all(
          pods.map(async (pod) => ({
            pod,
            view: viewLog(await readLog(ports.cluster.podLog(pod, { tail: TAIL })), q),
          })),
        );
        const whose = release === undefined ? addressOf(app) : `r${release} of ${addressOf(app)}`;
        return {
          title: `Log of ${whose}`,
          main: (
            <>
              <h1>{`Log of ${whose}`}</h1>
              <p>
                <a href={appPath(app)}>Back to the App</a>
              </p>
              <Search q={q} release={release} />
              {logs.length === 0 ? <p class="empty">No pod is running: nothing prints.</p> : null}
              {logs.map(({ pod, view }) => (
                <section id={pod.name}>
                  <h2>
                    <code>{pod.name}</code>
                  </h2>
                  <Lines view={view} />
                </section>
              ))}
            </>
          ),
        };
      };
      return answerPage(c, look, { q, release });
    });

async function buildLogPage({ cluster, store }: Needs, key: string, q: string): Promise<Page> {
  if (!/^[0-9a-f]{32}$/.test(key)) throw refusal(404, 'There is no such build.');
  const job = await cluster.getBuildJob(key);
  const kept = job?.phase === 'running' ? undefined : await store.readLog(buildLogId(key));
  if (!job && kept === undefined)
    throw refusal(404, `There is no log of build ${key}: it never ran, or its log was kept long enough.`);
  const text = kept ?? (await readLog(cluster.buildJobLog(key, { tail: TAIL })));
  return {
    title: `Build ${key.slice(0, 7)}`,
    isFinal: kept !== undefined,
    main: (
      <>
        <h1>{`Build ${key.slice(0, 7)}`}</h1>
        <p>
          <a href={`/builds/${key}/log`} download={`build-${key.slice(0, 7)}.log`}>
            Download the whole log
          </a>
        </p>
        <Search q={q} />
        <Lines view={viewLog(text, q)} />
      </>
    ),
  };
}

const Search = ({ q, release }: { q: string; release?: number | undefined }) => (
  <search>
    <form method="get" class="search">
      <label>
        <span class="hidden">Words to look for</span>
        <input type="search" name="q" value={q} placeholder="Words in a line" />
      </label>
      {release === undefined ? null : <input type="hidden" name="release" value={release} />}
      <button type="submit">Search</button>
    </form>
  </search>
);

const Lines = ({ view: { lines, of } }: { view: LogView }) => (
  <>
    <p class="quiet">{lines.length < of ? `The last ${lines.length} of ${of} lines` : `${of} lines`}</p>
    {/* What scrolls must be reached by the keyboard (WCAG 2.1.1). */}
    <pre class="log" tabindex={0}>
      {lines.join('\n')}
    </pre>
  </>
);
