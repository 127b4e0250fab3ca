import type { App, AppRef } from '../../shared/domain/app.ts';

export type Wish =
  | { readonly what: 'hold' | 'lift' | 'cancel' }
  | { readonly what: 'activate'; readonly release: number };

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

/** What people have asked for, and what they were answered: that is what they count on. */
export class Wishes {
  readonly #apps = new Map<string, Kept>();

  begin(app: AppRef, wish: Wish): { end(well: boolean, hold: App['spec']['hold']): void } {
    const kept = this.#of(app);
    const alone = kept.asking === 0;
    const number = ++kept.begun;
    kept.asking++;
    if (wish.what === 'activate') kept.releases.add(wish.release);
    delete kept.last;
    return {
      end: (well, hold) => {
        kept.asking--;
        if (!well || !alone || kept.begun !== number) return;
        kept.last = wish;
        kept.hold = hold;
        kept.releases.clear();
        if (hold?.release !== undefined) kept.releases.add(hold.release);
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
