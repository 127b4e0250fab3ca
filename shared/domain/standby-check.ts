/** What was found when a standby was last asked whether it would take over. */
export interface StandbyCheck {
  /** The App's uid. */
  readonly app: string;
  readonly release: number;
  readonly at: string;
  /** Why it would not take over; absent: it would. */
  readonly fault?: string;
}
