/** An event that a function refused for good, or too often: kept for replay and shown (DESIGN §4, onDeadLetter). */
export interface DeadLetter {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject?: string;
  readonly data: unknown;
  /** Which function would not take it, and the answer that it gave. */
  readonly destination: string;
  readonly code: number;
  readonly message: string;
  readonly at: string;
}
