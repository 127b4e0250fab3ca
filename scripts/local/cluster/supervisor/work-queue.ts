/** How soon what failed is tried again: a lost compare-and-set at once is fine, a full disk does not mind the wait. */
const RETRY_MS = 500;

/**
 * Keys whose objects want a look, each at most once at a time: however many reasons there are, one look sees them all.
 * What throws is looked at again.
 */
export class WorkQueue {
  readonly #due = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  readonly #look: (key: string) => void;
  readonly #failed: (key: string, error: unknown) => void;
  #closed = false;

  constructor(look: (key: string) => void, failed: (key: string, error: unknown) => void) {
    this.#look = look;
    this.#failed = failed;
  }

  /** The earliest of several times counts. */
  add(key: string, afterMs = 0): void {
    if (this.#closed) return;
    const at = performance.now() + afterMs;
    const due = this.#due.get(key);
    if (due && due.at <= at) return;
    if (due) clearTimeout(due.timer);
    this.#due.set(key, { at, timer: setTimeout(() => this.#take(key), afterMs) });
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#due.values()) clearTimeout(timer);
    this.#due.clear();
  }

  #take(key: string): void {
    this.#due.delete(key);
    try {
      this.#look(key);
    } catch (error) {
      this.#failed(key, error);
      this.add(key, RETRY_MS);
    }
  }
}
