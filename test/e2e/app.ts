import { until } from './until.ts';
import type { Answer, Reach } from './world.ts';

export interface Change {
  readonly id: string;
  readonly app: { readonly namespace: string; readonly name: string };
  readonly kind: string;
  readonly commit: string;
  readonly title: string;
  readonly build?: string;
  readonly release?: number;
  readonly state: string;
  readonly reason: string;
  readonly openedAt: string;
  readonly verdict?: { readonly outcome: string; readonly text: string; readonly detail?: string };
  readonly timeline: readonly { readonly state: string; readonly reason: string }[];
}

export interface Release {
  readonly number: number;
  readonly name: string;
  readonly commit: string;
  readonly image: string;
  readonly state: string;
  readonly note: string;
  readonly pods: { readonly wanted: number; readonly ready: number };
  readonly kind?: string;
}

/** One App, as whoever registered it sees it. */
export class App {
  readonly #world: Reach;
  readonly namespace: string;
  readonly name: string;
  readonly repository: string;

  constructor(world: Reach, app: { namespace: string; name: string; repository: string }) {
    this.#world = world;
    this.namespace = app.namespace;
    this.name = app.name;
    this.repository = app.repository;
  }

  get address(): string {
    return `${this.namespace}/${this.name}`;
  }

  get host(): string {
    return `${this.name}.${this.namespace}.${this.#world.domain}`;
  }

  /** One request to its URL. */
  async visit(path = '/'): Promise<string> {
    const { status, text } = await this.#world.ask(this.host, path);
    return status === 200 ? text : `${status} ${text}`;
  }

  untilLive(text: string): Promise<string> {
    const what = `${this.address} answers ${text}`;
    return until(
      what,
      () => this.#seen(text),
      (seen) => seen === text,
      this.#world.patienceMs,
    ).catch(async (err: Error) => {
      throw new Error(`${err.message}; its changes: ${JSON.stringify(await this.changes(), null, 1)}`);
    });
  }

  /** A request that fails is something that is seen, too. */
  #seen = (_: string) => this.visit().catch((err: Error) => err.message);

  show(): Promise<Answer> {
    return this.#ask('GET', '');
  }

  set(patch: object): Promise<Answer> {
    return this.#ask('PATCH', '', patch);
  }

  /** A wish: activate, hold, lift, redeploy, pin, unpin. */
  wish(verb: string, body: object = {}): Promise<Answer> {
    return this.#ask('POST', `/${verb}`, { by: 'ann', ...body });
  }

  remove(): Promise<Answer> {
    return this.#ask('DELETE', '');
  }

  /** Newest first. */
  async releases(): Promise<readonly Release[]> {
    return (await this.#ask('GET', '/releases')).body.releases ?? [];
  }

  /** Newest first; of the commit, or all. */
  async changes(commit?: string): Promise<readonly Change[]> {
    const query = `?app=${this.address}${commit === undefined ? '' : `&commit=${commit}`}`;
    return (await this.#world.api('GET', `/api/changes${query}`)).body.changes ?? [];
  }

  /** The newest Change of the commit, once it is in that state. */
  async until(commit: string, state: string): Promise<Change> {
    const [newest] = await until(
      `${commit.slice(0, 7)} of ${this.address} is ${state}`,
      () => this.changes(commit),
      ([change]) => change?.state === state,
      this.#world.patienceMs,
    );
    return newest as Change;
  }

  /** The verdict of the commit's newest Change in words, once it has one. */
  async verdict(commit: string): Promise<string> {
    return (await this.until(commit, 'ended')).verdict?.text ?? '';
  }

  /** Nothing of it is under way any more; gives all its Changes. */
  untilSettled(): Promise<readonly Change[]> {
    return until(
      `every change of ${this.address} has its verdict`,
      () => this.changes(),
      (changes) => changes.length > 0 && changes.every(({ state }) => state === 'ended'),
      this.#world.patienceMs,
    );
  }

  #ask(method: string, path: string, body?: object): Promise<Answer> {
    return this.#world.api(method, `/api/apps/${this.address}${path}`, body);
  }
}
