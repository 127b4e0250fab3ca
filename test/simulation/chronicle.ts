import type { Release } from '../../shared/domain/release.ts';

/** What people did to an App that a verdict may name. */
type Deed = 'hold' | 'lift' | 'cancel' | 'activate' | 'deleted';

/**
 * What really happened on a day, from those who did it: what the platform says of it later, in verdicts that stand for
 * ever, is held against this. Apps are known by their uid.
 */
export class Chronicle {
  /** Releases that got a Workload. */
  readonly #made = new Map<string, Release>();
  /** The Change that each number was given to, Workload or not. */
  readonly #numbered = new Map<string, string>();
  readonly #selected = new Set<string>();
  readonly #ready = new Set<string>();
  readonly #troubled = new Set<string>();
  readonly #gone = new Set<string>();
  readonly #deeds = new Set<string>();
  /** How each App's last switch came about. */
  readonly #wished = new Map<string, { readonly release: number; readonly wished: boolean }>();
  /** Commits that were the head of a branch, and those to which one was moved back. */
  readonly heads = new Set<string>();
  readonly movedBackTo = new Set<string>();
  /** Heads that a branch was forced away from, and those that it was forced to. */
  readonly forcedAway: { readonly from: string; readonly to: string }[] = [];
  readonly brokenBuilds = new Set<string>();
  readonly redCommits = new Set<string>();
  readonly greenCommits = new Set<string>();
  readonly goneBranches = new Set<string>();
  /** A new request through a Service got no good answer. */
  badAnswers = false;
  /** Time jumped, or clocks were off: whatever has a deadline may have missed it. */
  timeJumped = false;
  clocksWereOff = false;
  /** A Secret that an App names was not there. */
  secretGone = false;

  copy(): Chronicle {
    const copy = new Chronicle();
    for (const [key, release] of this.#made) copy.#made.set(key, release);
    for (const [key, change] of this.#numbered) copy.#numbered.set(key, change);
    for (const key of this.#selected) copy.#selected.add(key);
    for (const key of this.#ready) copy.#ready.add(key);
    for (const commit of this.heads) copy.heads.add(commit);
    for (const commit of this.greenCommits) copy.greenCommits.add(commit);
    return copy;
  }

  numbered = (app: string, { number, change }: Release): void =>
    void this.#numbered.set(of(app, number), change);
  wasNumbered = (app: string, number: number, change: string) =>
    this.#numbered.get(of(app, number)) === change;

  made = (app: string, release: Release): void => void this.#made.set(of(app, release.number), release);
  releaseOf = (app: string, number: number) => this.#made.get(of(app, number));

  selected(app: string, number: number, wished: boolean): void {
    this.#selected.add(of(app, number));
    const before = this.#wished.get(app);
    // What is only selected again, in a Service that was deleted, is so for the reason that it was before.
    const isAgain = before?.release === number && before.wished;
    this.#wished.set(app, { release: number, wished: wished || isAgain });
  }
  wasSelected = (app: string, number: number) => this.#selected.has(of(app, number));
  /** Whether what is selected is so because a person asked for it. */
  isWished = (app: string) => this.#wished.get(app)?.wished ?? false;

  /** All its pods were ready once. */
  ready = (app: string, number: number): void => void this.#ready.add(of(app, number));
  wasReady = (app: string, number: number) => this.#ready.has(of(app, number));
  /** Its pods crashed, or were no longer all ready. */
  troubled = (app: string, number: number): void => void this.#troubled.add(of(app, number));
  wasTroubled = (app: string, number: number) => this.#troubled.has(of(app, number));

  /** Somebody, or the sweep, took its Workload. */
  gone = (app: string, number: number): void => void this.#gone.add(of(app, number));
  wasTaken = (app: string, number: number) => this.#gone.has(of(app, number));

  did = (app: string, deed: Deed, release?: number): void =>
    void this.#deeds.add(`${app} ${deed} ${release ?? ''}`).add(`${app} ${deed} `);
  hasDone = (app: string, deed: Deed, release?: number) => this.#deeds.has(`${app} ${deed} ${release ?? ''}`);
}

const of = (app: string, number: number) => `${app}/r${number}`;
