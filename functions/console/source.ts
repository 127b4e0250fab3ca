import type { AppSpec } from '../../shared/domain/app-spec.ts';
import { requireAllowedRegistry } from '../../shared/domain/image-reference.ts';
import type { Commit } from '../../shared/ports/code-host.ts';
import { echo } from './echo.ts';
import type { Needs } from './needs.ts';
import { invalid } from './problem.ts';

/**
 * What a spec names outside of the cluster must be there: branch, folder, and a registry that is allowed. Gives the
 * head of the branch.
 */
export async function checkSource({ codeHost, config }: Needs, spec: AppSpec): Promise<Commit> {
  const { repository, branch, build, image } = spec;
  if (image !== undefined) requireAllowedRegistry(image, config.ALLOWED_REGISTRIES);
  const head = await codeHost.branchHead(repository, branch);
  if (!head) {
    throw invalid(
      'branch',
      `${echo(branch)} is not in ${repository}`,
      'Push it first, or name one that is there.',
    );
  }
  if (image !== undefined || build.context === '.') return head;
  if (await codeHost.pathExists(repository, head.sha, build.context)) return head;
  throw invalid(
    'build.context',
    `${echo(build.context)} is not in ${repository} at branch ${echo(branch)}`,
    'Name a folder that is there; the default is the whole repository.',
  );
}
