/** A port's call by its name: `cluster.switchService`. */
export type Call = `${'cluster' | 'store' | 'codeHost' | 'events' | 'probe' | 'receivers'}.${string}`;
export type Around = (call: Call, run: () => Promise<unknown>, args: readonly unknown[]) => Promise<unknown>;

/** What a process throws at its own death: nobody may catch it and go on. */
export class Killed extends Error {
  override name = 'Killed';
}

/** These give no promise: what happens to the call happens before the first piece. */
const STREAMS = new Set(['podLog', 'buildJobLog']);

async function* pieces(called: () => Promise<unknown>): AsyncIterable<string> {
  yield* (await called()) as AsyncIterable<string>;
}

/** What a test does to the world between two calls of a handler, or to the handler itself. */
export class Interventions {
  /** Around every call that a living process makes. */
  around: Around = (_call, run) => run();
  #planned: { readonly call: Call; readonly when: 'before' | 'after'; readonly act: () => unknown }[] = [];
  #dead = false;

  /** Once, at the next such call. What it throws, the handler gets. */
  before(call: Call, act: () => unknown): void {
    this.#planned.push({ call, when: 'before', act });
  }
  after(call: Call, act: () => unknown): void {
    this.#planned.push({ call, when: 'after', act });
  }
  /** The process dies there: no later call of it reaches the world, whatever it catches. */
  die(): never {
    this.#dead = true;
    throw new Killed('killed');
  }
  /** A new process. */
  revive(): void {
    this.#dead = false;
  }
  get left(): number {
    return this.#planned.length;
  }

  on<T extends object>(name: string, port: T): T {
    return new Proxy(port, {
      get: (target, key) => {
        const method: unknown = Reflect.get(target, key);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          const run = async () => Reflect.apply(method, target, args);
          const called = () => this.#call(`${name}.${String(key)}` as Call, run, args);
          return STREAMS.has(String(key)) ? pieces(called) : called();
        };
      },
    });
  }

  async #call(call: Call, run: () => Promise<unknown>, args: readonly unknown[]): Promise<unknown> {
    if (this.#dead) throw new Killed('dead already');
    await this.#act(call, 'before');
    const result = await this.around(call, run, args);
    await this.#act(call, 'after');
    return result;
  }

  async #act(call: Call, when: 'before' | 'after'): Promise<void> {
    const planned = this.#planned.find((one) => one.call === call && one.when === when);
    if (!planned) return;
    this.#planned = this.#planned.filter((one) => one !== planned);
    await planned.act();
  }
}
