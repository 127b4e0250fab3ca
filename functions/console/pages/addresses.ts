import type { AppRef } from '../../../shared/domain/app.ts';

/** Where each page is. */
export const appPath = ({ namespace, name }: AppRef) => `/apps/${namespace}/${name}`;
export const auditPath = ({ namespace, name }: AppRef) => `/audit?app=${namespace}/${name}`;
export const changePath = (id: string) => `/changes/${encodeURIComponent(id)}`;
export const buildLogPath = (key: string) => `/builds/${key}`;
