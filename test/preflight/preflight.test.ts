import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiServer, noOwnApiServer, startOwnApiServer } from '../contract/kubernetes/api-server.ts';
import { clusterScript } from '../support/cluster-script.ts';
import { installKnativeCrds } from '../support/knative-crds.ts';

const preflight = (...args: string[]) => clusterScript('preflight', args);

/** State and words of each check, by its title. */
function findings(out: string): Record<string, string> {
  const lines = out.split('\n').flatMap((line) => {
    const [, state, title, says] = /^(ok|warning|missing) +(\S.*?) {2,}(.*)$/.exec(line) ?? [];
    return title === undefined ? [] : [[title, `${state}: ${says}`] as const];
  });
  return Object.fromEntries(lines);
}

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cite-preflight-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const kubeconfigFor = (server: string) => `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "${server}", insecure-skip-tls-verify: true } }]
users: [{ name: u, user: { token: "no-good" } }]
contexts: [{ name: here, context: { cluster: c, user: u } }]
current-context: here
`;

describe('preflight without an API server', () => {
  test('a kubeconfig that is not there is named, with the remedy', async () => {
    const { code, err } = await preflight('--kubeconfig', '/nowhere/config');
    expect(code).toBe(1);
    expect(err).toMatch(/^\/nowhere\/config cannot be used: ENOENT.*--kubeconfig <file> or KUBECONFIG/);
  });

  test('an API server that nobody answers for is a sentence', async () => {
    const file = join(directory, 'nobody');
    await writeFile(file, kubeconfigFor('https://127.0.0.1:65432'));
    const { code, out, err } = await preflight('--kubeconfig', file);
    expect(code).toBe(1);
    expect(out).toBe('API server: https://127.0.0.1:65432 (context here)\n\n');
    expect(err).toBe(
      'the API server https://127.0.0.1:65432 cannot be reached: nobody listens there: is the cluster up, and is it the one that is meant?\n',
    );
  });

  test('a context that is not there is named', async () => {
    const file = join(directory, 'context');
    await writeFile(file, kubeconfigFor('https://127.0.0.1:65432'));
    const { code, err } = await preflight('--kubeconfig', file, '--context', 'elsewhere');
    expect(code).toBe(1);
    expect(err).toMatch(/has no cluster for the context elsewhere/);
  });
});

if (noOwnApiServer) test.skip(`preflight on Kubernetes ${noOwnApiServer}`, () => {});
else
  describe('preflight on an API server', { timeout: 120_000 }, () => {
    let server: ApiServer;
    beforeAll(async () => {
      server = await startOwnApiServer();
    });
    afterAll(() => server?.close());

    /** The kubeconfig of somebody else on the same API server. */
    const as = async (name: string, token: string) => {
      const file = join(directory, name);
      const text = await readFile(server.kubeconfig, 'utf8');
      await writeFile(file, text.replace(/token: [^}\n]*/, `token: ${token}`));
      return file;
    };

    test('without Knative, all of Knative is missing, each with the remedy', async () => {
      const { code, out } = await preflight('--kubeconfig', server.kubeconfig);
      expect(code).toBe(1);
      expect(findings(out)).toMatchObject({
        Kubernetes: expect.stringMatching(/^ok: v1\./),
        Nodes: 'missing: there is none',
        'Kubernetes: types': expect.stringMatching(/^ok: /),
        'Knative Serving: types': expect.stringMatching(/^missing: .*Service \(serving\.knative\.dev\/v1\)/),
        'Knative Serving': expect.stringMatching(/^missing: .*knative-serving has no Deployment/),
        'Knative Eventing: types': expect.stringMatching(/^missing: .*Broker \(eventing\.knative\.dev\/v1\)/),
        'Knative Eventing': expect.stringMatching(/^missing: /),
        Broker: expect.stringMatching(/^missing: /),
        Ingress: expect.stringMatching(/^missing: .*istio/),
        Domain: expect.stringMatching(/^warning: /),
        Rights: expect.stringMatching(/^ok: /),
        Secret: expect.stringMatching(/^warning: there is no Namespace cite-system/),
      });
      expect(out).toMatch(
        /What to do:\n.*Knative Serving: types: install Knative Serving.*https:\/\/knative\.dev/s,
      );
      expect(out).toMatch(/\nNot ready: \d+ missing, \d+ to look at\.\n$/);
    });

    test('whoever has no rights is told which, and what could not be seen', async () => {
      const { core } = server.connection;
      const metadata = { name: 'weak' };
      await core.createNamespacedServiceAccount({ namespace: 'default', body: { metadata } });
      const request = { namespace: 'default', name: 'weak', body: { spec: { audiences: [] } } };
      const token = (await core.createNamespacedServiceAccountToken(request)).status?.token ?? '';
      const { code, out } = await preflight('--kubeconfig', await as('weak', token));
      expect(code).toBe(1);
      expect(findings(out)).toMatchObject({
        Kubernetes: expect.stringMatching(/^ok: /),
        Nodes: expect.stringMatching(
          /^warning: it was not to be seen: nodes is forbidden: User "system:serviceaccount:default:weak"/,
        ),
        Rights: expect.stringMatching(/^missing: you may not get\/create\/patch .*clusterroles\.rbac/),
      });
    });

    test('credentials that are not accepted are a sentence', async () => {
      const { code, err } = await preflight('--kubeconfig', await as('stranger', 'no-good'));
      expect(code).toBe(1);
      expect(err).toMatch(/^the API server \S+ does not accept who asks \(context .*\): log in again/);
    });

    test('with the types alone it is the controllers that are missing', async () => {
      await installKnativeCrds(server.connection);
      const { code, out } = await preflight('--kubeconfig', server.kubeconfig);
      expect(code).toBe(1);
      expect(findings(out)).toMatchObject({
        'Knative Serving: types': expect.stringMatching(/^ok: all /),
        'Knative Serving': expect.stringMatching(/^missing: /),
        'Knative Eventing: types': expect.stringMatching(/^ok: all /),
        'Knative Eventing': expect.stringMatching(/^missing: /),
      });
    });

    test('a registry is asked where one is named', async () => {
      const paths: (string | undefined)[] = [];
      const registry = createServer((req, res) => {
        paths.push(req.url);
        res.writeHead(401).end();
      });
      await once(registry.listen(0, '127.0.0.1'), 'listening');
      const { port } = registry.address() as AddressInfo;
      const args = ['--kubeconfig', server.kubeconfig, '--registry'];
      const { out } = await preflight(...args, `127.0.0.1:${port}/cite`);
      registry.close();
      expect(findings(out).Registry).toMatch(new RegExp(`^ok: 127\\.0\\.0\\.1:${port} answers from here`));
      expect(paths).toEqual(['/v2/']);
      const after = await preflight(...args, `127.0.0.1:${port}/cite`);
      expect(findings(after.out).Registry).toMatch(/^missing: .*does not answer as a registry/);
    });
  });
