import type { AppSummary } from '../../functions/console/views/summary.ts';
import type { Source } from './checkout.ts';
import { query } from './client.ts';
import { Failure } from './failure.ts';
import type { Session } from './session.ts';

/** The Apps that follow a branch. */
export async function appsOn(
  { api }: Session,
  { repository, branch }: Pick<Source, 'repository' | 'branch'>,
): Promise<readonly AppSummary[]> {
  const { apps } = await api.call<{ apps: AppSummary[] }>('GET', `/api/apps${query({ repository })}`);
  return apps.filter((app) => app.branch === branch && !app.deleting);
}

export const noApp = ({ repository, branch }: Pick<Source, 'repository' | 'branch'>) =>
  new Failure(`no App follows branch ${branch} of ${repository}. cite init registers one.`);
