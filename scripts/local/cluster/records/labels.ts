import type { AppRef } from '../../../../shared/domain/app.ts';

export type Labels = Readonly<Record<string, string>>;

const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const APP = 'cite.dev/app';
export const RELEASE = 'cite.dev/release';
const BUILD = 'cite.dev/build';

/** Only what carries it is Cite's: everything else is left alone (DESIGN §3). */
export const managed: Labels = { [MANAGED_BY]: 'cite' };

export const appLabels = (app: AppRef, release?: number): Labels => ({
  ...managed,
  [APP]: app.name,
  ...(release === undefined ? {} : { [RELEASE]: `r${release}` }),
});

export const buildLabels = (key: string): Labels => ({ ...managed, [BUILD]: key });

export const isManaged = (labels: Labels) => labels[MANAGED_BY] === managed[MANAGED_BY];
