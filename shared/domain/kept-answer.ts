/** What a request that had an idempotency key was answered. */
export interface KeptAnswer {
  /** A digest of the key, of who asked and of what. */
  readonly id: string;
  readonly at: string;
  /** The answer, enciphered: only whoever has the key can read it. */
  readonly sealed: string;
}
