import type { Api } from '../cluster/api.ts';
import type { Needs } from './needs.ts';
import type { ServedType } from './served-types.ts';

/** `missing`: the platform cannot run so. `warning`: it runs, but not as one would wish. */
export type State = 'ok' | 'warning' | 'missing';

export interface Finding {
  readonly state: State;
  /** What was found; on one line. */
  readonly says: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** What every check may look at. */
export interface Scene {
  readonly api: Api;
  readonly needs: Needs;
  /** The types that the manifests use, as this API server serves them. */
  readonly types: readonly ServedType[];
  /** Registry and path that builds will be pushed to; undefined: it was not named. */
  readonly registry: string | undefined;
}

export interface Check {
  readonly title: string;
  /** Undefined: there is nothing to say. */
  look(scene: Scene): Promise<Finding | undefined>;
}

export const ok = (says: string): Finding => ({ state: 'ok', says });
export const warning = (says: string, remedy: string): Finding => ({ state: 'warning', says, remedy });
export const missing = (says: string, remedy: string): Finding => ({ state: 'missing', says, remedy });
