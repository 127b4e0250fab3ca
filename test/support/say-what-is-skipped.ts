import { noApiServer, noOwnApiServer } from '../contract/kubernetes/api-server.ts';
import { redisIsMissing } from '../contract/store/redis-server.ts';
import { noKubectl } from '../knative/rendered.ts';
import { noBrowser } from './browser.ts';

/** Before the tests: what this machine lacks, and which of them are skipped for it. */
export function setup(): void {
  if (redisIsMissing) {
    process.stderr.write(
      'Skipped: the store on Redis needs redis-server (Debian: apt-get install redis-server).\n',
    );
  }
  if (noApiServer) process.stderr.write(`Skipped: the cluster port on Kubernetes ${noApiServer}.\n`);
  if (noOwnApiServer)
    process.stderr.write(`Skipped: preflight and uninstall on an API server: ${noOwnApiServer}.\n`);
  if (noBrowser) process.stderr.write(`Skipped: the console in a browser ${noBrowser}.\n`);
  if (noKubectl) process.stderr.write(`Skipped: what the overlays promise: ${noKubectl}.\n`);
}
