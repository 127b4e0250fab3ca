/** What was found when a standby was last asked whether it would take over. */
export interface StandbyCheck {
  /** The App's uid. */
  readonly app: string;
  readonly release: number;
  readonly at: string;
  /** Why it would not take over; absent: it would. */
  readonly fault?: string;
}

/** What `kubectl get apps` says of the newest standby; without its fault, whose words change while it lasts. */
export function rollbackWords(newest: Pick<StandbyCheck, 'release' | 'fault'> | undefined): string {
  if (!newest) return 'none';
  return `r${newest.release} ${newest.fault === undefined ? 'ready' : 'broken'}`;
}

/** The release that these words call broken; undefined: none. */
export const brokenIn = (rollback = ''): string | undefined => /^(r\d+) broken$/.exec(rollback)?.[1];
