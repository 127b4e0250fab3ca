import type { App, AppRef } from '../../shared/domain/app.ts';

export type Wish =
  | { readonly what: 'hold' | 'lift' | 'cancel the rollback' }
  | { readonly what: 'activate'; readonly release: number };

/** Refused: nothing was written. Unknown: an error, or no answer at all. */
export type Answer = 'done' | 'refused' | 'unknown';

interface Kept {
  /** How many wishes of the App are under way: what comes of several at once nobody can say. */
  asking: number;
  /** How many there ever were. */
  begun: number;
  /** The last one that was answered well, alone. */
  last?: Wish;
  /** The App's Hold as it was then. */
  hold?: App['spec']['hold'];
  /** Releases that anybody may still count on: what is withdrawn is so once that is answered. */
  readonly releases: Set<number>;
}

/** What people have asked of the Hold, and what they were answered: that is what they count on. */
export class Wishes {
  readonly #apps = new Map<string, Kept>();

  /** `end` tells whether the wish was alone all the while. */
  begin(app: AppRef, wish: Wish): { end(answer: Answer, hold: App['spec']['hold']): boolean } {
    const kept = this.#of(app);
    const alone = kept.asking === 0;
    const number = ++kept.begun;
    const { last } = kept;
    const isNew = wish.what === 'activate' && !kept.releases.has(wish.release);
    kept.asking++;
    if (isNew) kept.releases.add(wish.release);
    delete kept.last;
    return {
      end: (answer, hold) => {
        kept.asking--;
        // What is refused before anything is written was never to be counted on.
        if (answer === 'refused' && isNew) kept.releases.delete(wish.release);
        if (!alone || kept.begun !== number) return false;
        if (answer === 'refused' && last) kept.last = last;
        if (answer === 'done') {
          kept.last = wish;
          kept.hold = hold;
          kept.releases.clear();
          if (hold?.release !== undefined) kept.releases.add(hold.release);
        }
        return true;
      },
    };
  }

  /** The Hold that a person was told of last. */
  answered = (app: AppRef) => this.#of(app).hold;
  mayCountOn = (app: AppRef, release: number) => this.#of(app).releases.has(release);
  /** Undefined: nobody counts on anything. */
  last = (app: AppRef) => this.#of(app).last;
  /** The App went: with it what was asked of it. */
  forget = (app: AppRef) => void this.#apps.delete(key(app));

  #of(app: AppRef): Kept {
    const kept = this.#apps.get(key(app)) ?? { asking: 0, begun: 0, releases: new Set<number>() };
    this.#apps.set(key(app), kept);
    return kept;
  }
}

const key = ({ namespace, name }: AppRef) => `${namespace}/${name}`;
