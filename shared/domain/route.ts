/** How one host name leads to an App, in the cluster's words. */
export interface Route {
  readonly host: string;
  readonly state: 'ready' | 'pending' | 'failed';
  /** CamelCase, one word: `HostTaken`. */
  readonly reason: string;
  readonly message: string;
  /** Where the App answers by it, as the cluster says: with https where that is set up. */
  readonly url?: string;
}
