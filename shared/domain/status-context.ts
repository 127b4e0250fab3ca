import type { AppRef } from './app.ts';

const PREFIX = 'cite/';

/** Context of the commit status of one App: one per App, so that two Apps of a commit do not overwrite each other. */
export const statusContext = (app: AppRef) => `${PREFIX}${app.namespace}/${app.name}`;

export const isOwnStatus = (context: string) => context.startsWith(PREFIX);
