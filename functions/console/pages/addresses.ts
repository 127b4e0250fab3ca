import type { AppRef } from '../../../shared/domain/app.ts';

/** Where each page is. */
export const appPath = ({ namespace, name }: AppRef) => `/apps/${namespace}/${name}`;
export const auditPath = ({ namespace, name }: AppRef) => `/audit?app=${namespace}/${name}`;
export const changePath = (id: string) => `/changes/${encodeURIComponent(id)}`;
export const buildLogPath = (key: string) => `/builds/${key}`;
export const webhookPath = (repository: string) => `/webhooks/${repository}`;
export const replayPath = (id: string) => `/dead-letters/${encodeURIComponent(id)}/replay`;

/** Where somebody signs in who then wants to go on to that path. */
export const signInPath = (to: string) => `/sign-in?${new URLSearchParams({ to })}`;

/** The path where it is one of this console's, else its first page: a link to sign in leads nowhere else. */
export function ownPath(to: string | undefined): string {
  const base = 'https://console.invalid';
  if (to === undefined || !to.startsWith('/') || !URL.canParse(to, base)) return '/';
  const { origin, pathname, search } = new URL(to, base);
  return origin === base && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}
