import type { BuildSettings } from '../../../shared/domain/app-spec.ts';
import { BuildFailure } from './failure.ts';

/** Which of the files that a builder goes by are in the context. */
export interface Found {
  readonly packageJson: boolean;
  readonly procfile: boolean;
  readonly indexHtml: boolean;
  readonly dockerfile: boolean;
}

export interface Choice {
  readonly builder: 'node' | 'static';
  /** For the log. */
  readonly note?: string;
}

/** On one machine nothing builds a Dockerfile: it is an error to ask for it, and passed over where it was not asked for. */
export function chooseBuilder(wanted: BuildSettings['builder'], found: Found, context: string): Choice {
  if (wanted === 'dockerfile')
    throw new BuildFailure(
      'the dockerfile builder needs a cluster: on one machine use builder node or static',
    );
  if (wanted !== 'auto') return { builder: wanted };
  const note = found.dockerfile && { note: 'The Dockerfile is ignored: on one machine nothing builds it.' };
  if (found.packageJson || found.procfile) return { builder: 'node', ...note };
  if (found.indexHtml) return { builder: 'static', ...note };
  const where = context === '.' ? 'the repository' : JSON.stringify(context);
  if (found.dockerfile)
    throw new BuildFailure(
      `only a Dockerfile in ${where}: on one machine nothing builds it; add a package.json, Procfile or index.html`,
    );
  throw new BuildFailure(`no package.json, Procfile or index.html in ${where}`);
}
