import type { AppRef } from '../../shared/domain/app.ts';

/** What a Host header asks for. Names under localhost lead to this machine in every browser (RFC 6761). */
export type Addressee = { readonly app: AppRef } | 'platform' | 'stranger';

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const APP_HOST = new RegExp(`^(${LABEL})\\.(${LABEL})\\.localhost$`);
const PLATFORM = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Any other name is a stranger: a page of it would reach this machine by a name that it made lead here. */
export function addresseeOf(host: string | undefined): Addressee {
  const name = (host ?? '').toLowerCase().replace(/:\d{1,5}$/, '');
  if (PLATFORM.has(name)) return 'platform';
  const [, app, namespace] = APP_HOST.exec(name) ?? [];
  return app && namespace ? { app: { namespace, name: app } } : 'stranger';
}

/** An App's own name on one machine; the port is the platform's. */
export const appAuthority = (app: AppRef, port: number) => `${app.name}.${app.namespace}.localhost:${port}`;
