import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { BuildJob, BuildJobs } from '../../../../shared/ports/cluster.ts';
import { buildFolder, credentialOf, logOf } from '../folders.ts';
import { readLog } from '../log-reader.ts';
import { buildLabels } from './labels.ts';
import { requireLabel } from './names.ts';
import type { Objects, Stored } from './records.ts';

/** Builds are shared by the Apps of every namespace, so they have one of their own. */
export const BUILD_NAMESPACE = 'cite-builds';

export function builds(records: Objects, dir: string): BuildJobs {
  const find = (key: string) => records.get('Job', BUILD_NAMESPACE, key);

  return {
    async startBuildJob({ credential, ...job }) {
      requireLabel('key', job.key);
      if (find(job.key)) return;
      const folder = `${job.key}-${randomBytes(4).toString('hex')}`;
      // Before the record: who sees the record may start at once.
      writeCredential(buildFolder(dir, folder), credential);
      const key = { namespace: BUILD_NAMESPACE, name: job.key };
      const made = records.insert('Job', key, buildLabels(job.key), { ...job, folder, phase: 'running' });
      if (!made) rmSync(buildFolder(dir, folder), { recursive: true, force: true });
    },
    async getBuildJob(key) {
      const record = find(key);
      return record && toBuild(record);
    },
    async listBuildJobs() {
      return records.list('Job').map(toBuild);
    },
    async deleteBuildJob(key, startedAt) {
      records.transaction(() => {
        const record = find(key);
        if (record && isOf(record, startedAt)) records.remove(record);
      });
    },
    async *buildJobLog(key, options) {
      const record = find(key);
      if (!record) return;
      const running = () => {
        const now = find(key);
        return now?.uid === record.uid && now.body.phase === 'running';
      };
      yield* readLog(logOf(buildFolder(dir, record.body.folder)), options, () => !running());
    },
  };
}

function writeCredential(folder: string, credential: string | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (credential !== undefined) writeFileSync(credentialOf(folder), credential, { mode: 0o600 });
}

/** Whether it is the Job of that start; undefined: any is meant. */
export const isOf = ({ created }: Stored<'Job'>, startedAt: Date | undefined): boolean =>
  startedAt === undefined || new Date(created).getTime() === startedAt.getTime();

export const toBuild = ({ created, body }: Stored<'Job'>): BuildJob => ({
  key: body.key,
  phase: body.phase,
  startedAt: new Date(created),
  ...(body.image !== undefined && { image: body.image }),
  ...(body.reason !== undefined && { reason: body.reason }),
});
