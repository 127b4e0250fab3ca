import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { DeniedError } from '../../shared/domain/errors.ts';
import { freshNamespace, specOf, uniqueKey } from '../contract/cluster/world.ts';
import { type ApiServer, noOwnApiServer, startOwnApiServer } from '../contract/kubernetes/api-server.ts';
import { BUILDS, clusterOf } from '../contract/kubernetes/world.ts';
import { installKnativeCrds, noKnativeTypes, ROUTING } from '../support/knative-crds.ts';
import { broken, endless, foreign } from './http-faults.ts';
import { type HttpFault, type HttpProxy, httpProxy } from './http-proxy.ts';
import { brokenLogTests, foreignLogTests, type Logs, openLogs, silentLogTests } from './kubernetes/logs.ts';
import { type Stage, type Verb, verbs } from './kubernetes/verbs.ts';
import { plain, worldOf } from './kubernetes/world.ts';
import { type Attempt, isDoneOnce, isGivenUp, saysNothing } from './once.ts';

const SYSTEM = /^the cluster /;
/** Of one time: two worlds are to be the same. */
const ADAPTER = { pullSecret: true, clock: () => new Date('2026-01-01T00:00:00Z') };

/** Two for each request, in turn: one that it is not done for, and one that it is. */
const turn = (at: number) =>
  [false, true].flatMap((isDone) => {
    const faults = broken.filter((fault) => fault.isDone === isDone);
    return faults[at % faults.length] ?? [];
  });

/** With all verbs at once these keep a machine busy: one for each place where an answer may stop. */
const stopping = endless.filter(({ name }) => /^(a connection|half|an answer)/.test(name));

const reason = noOwnApiServer ?? noKnativeTypes;
if (reason) test.skip(`the Kubernetes adapter behind a wire that fails ${reason}`, () => {});
else describe('the Kubernetes adapter behind a wire that fails', onApiServer);

function onApiServer(): void {
  let server: ApiServer;
  let folder: string;
  let kubeconfig: Kubeconfig;
  let logs: Logs;

  beforeAll(async () => {
    server = await startOwnApiServer();
    folder = await mkdtemp(join(tmpdir(), 'cite-wire-'));
    kubeconfig = parse(await readFile(server.kubeconfig, 'utf8'));
    await installKnativeCrds(server.connection, ROUTING);
    const { core } = server.connection;
    for (const name of [BUILDS, 'cite-system']) await core.createNamespace({ body: { metadata: { name } } });
    const data = { '.dockerconfigjson': Buffer.from('{"auths":{}}').toString('base64') };
    await core.createNamespacedSecret({
      namespace: 'cite-system',
      body: { metadata: { name: 'cite-pull' }, type: 'kubernetes.io/dockerconfigjson', data },
    });
    logs = await openLogs(server, throughProxy);
  });
  afterAll(async () => {
    await logs?.close();
    await server?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const direct = () => clusterOf(server.kubeconfig, ADAPTER);

  const write = async (name: string, { clusters, users, ...rest }: Kubeconfig) => {
    const file = join(folder, name);
    await writeFile(file, stringify({ clusters, users, ...rest }));
    return file;
  };

  /** A proxy before the API server, and the kubeconfig that leads to it. */
  const throughProxy = async (): Promise<{ proxy: HttpProxy; file: string }> => {
    const [{ cluster, name }] = kubeconfig.clusters;
    const proxy = await httpProxy(cluster.server, { ca: decoded(cluster['certificate-authority-data']) });
    const way = { server: proxy.url, 'certificate-authority-data': encoded(proxy.ca) };
    const file = await write(uniqueKey(), { ...kubeconfig, clusters: [{ name, cluster: way }] });
    return { proxy, file };
  };

  const newStage = async (): Promise<Stage> => {
    const namespace = freshNamespace();
    const cluster = direct();
    await cluster.createNamespace(namespace, 'acme');
    const app = await cluster.createApp({ namespace, name: 'web' }, specOf('acme'));
    return { app, key: uniqueKey(), direct: cluster, connection: server.connection };
  };

  const open = async ({ prepare, lost }: Verb): Promise<Attempt<HttpFault>> => {
    const stage = await newStage();
    const call = await prepare(stage);
    const { proxy, file } = await throughProxy();
    const cluster = clusterOf(file, ADAPTER);
    return {
      proxy,
      call: () => call(cluster),
      world: () => worldOf(stage),
      plain: (result) => plain(stage, result),
      ...(lost ? { lost } : {}),
    };
  };

  const all = Object.entries(verbs);

  // Beside each other: what is waited for takes twenty seconds.
  describe.concurrent('whatever was asked for', { timeout: 90_000 }, () => {
    test.for(stopping)('a call is given up on $name', async (fault) => {
      await Promise.all(all.map(([name, verb]) => isGivenUp(() => open(verb), fault, name, SYSTEM)));
    });

    silentLogTests(() => logs);

    test.for(all)('%s, tried again after any misfortune, is done, and done once', ([, verb]) =>
      isDoneOnce(() => open(verb), turn, SYSTEM),
    );

    test.for(all)('%s takes no answer for the cluster’s that is not', ([, verb]) =>
      saysNothing(() => open(verb), foreign, SYSTEM),
    );
  });

  test('each request has its connection for itself, so that one that fails takes no other with it', async () => {
    const { proxy, file } = await throughProxy();
    await clusterOf(file).listApps();
    expect([...proxy.versions]).toEqual(['1.1']);
    proxy.close();
  });

  test('a token that has run out waits for another one, whatever was asked for', async () => {
    const [{ name }] = kubeconfig.users;
    const file = await write('expired', { ...kubeconfig, users: [{ name, user: { token: 'old' } }] });
    const refused = clusterOf(file, ADAPTER);
    const stage = await newStage();
    for (const [verb, { prepare }] of all) {
      const call = await prepare(stage).catch(() => undefined);
      const error = await call?.(refused).catch((thrown: unknown) => thrown);
      expect(error, verb).toBeInstanceOf(DeniedError);
      expect((error as Error).message, verb).toMatch(/^the cluster answered 401: the token .* Give /);
    }
  });

  brokenLogTests(() => logs);
  foreignLogTests(() => logs);
}

interface Kubeconfig {
  readonly clusters: readonly [
    {
      readonly name: string;
      readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
    },
  ];
  readonly users: readonly [{ readonly name: string; readonly user: { readonly token: string } }];
}

const decoded = (text: string) => Buffer.from(text, 'base64').toString();
const encoded = (text: string) => Buffer.from(text).toString('base64');
