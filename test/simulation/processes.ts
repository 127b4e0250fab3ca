/** One call of a port that a process waits for. */
export interface Call {
  readonly process: Process;
  /** `cluster.switchService`. */
  readonly name: string;
  readonly args: readonly unknown[];
  readonly run: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A function at work on one request: between two of its calls anything may happen, to the world or to itself. */
export interface Process {
  readonly id: number;
  readonly name: string;
  /** How far its clock is off. */
  readonly skewMs: number;
  /** What to do with its answer; a process that is killed gives 500, as a connection that breaks. */
  readonly answered: (answer: { readonly status: number; readonly body: string }) => void;
}

/** These give no promise: the call is a step, the pieces that follow are none. */
const STREAMS = new Set(['podLog', 'buildJobLog']);

const READ =
  /\.(get|list|read|pending|unjudged|deliveriesOf|branchHead|defaultBranch|compare|pathExists|statuses|cloneSource|namespace|foreign|appStatus|fault|resolve|loadBalancer|podLog|buildJobLog)/;

export const isWrite = ({ name }: Pick<Call, 'name'>) => !READ.test(name);

async function* pieces(called: () => Promise<unknown>): AsyncIterable<string> {
  yield* (await called()) as AsyncIterable<string>;
}

/** The calls that wait to be made, of all processes at work: whoever holds this decides which is next. */
export class Processes {
  readonly calls: Call[] = [];
  readonly working = new Set<Process>();
  /** Those that stand still for now: a slow disk, a collector of garbage, a node that is busy. */
  readonly #still = new Set<Process>();
  /** Ids of those that ever did. */
  readonly stoodStill = new Set<number>();
  #ids = 0;

  start(
    process: Omit<Process, 'id'>,
    work: (process: Process) => Promise<{ status: number; body: string }>,
  ): void {
    const started = { ...process, id: ++this.#ids };
    this.working.add(started);
    void work(started).then((answer) => {
      if (this.working.delete(started)) started.answered(answer);
    });
  }

  /** The port as this process has it: each call waits for its turn. */
  port<T extends object>(process: Process, name: string, port: T): T {
    return new Proxy(port, {
      get: (target, key) => {
        const method: unknown = Reflect.get(target, key);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          const run = async () => Reflect.apply(method, target, args);
          const called = () => this.call(process, `${name}.${String(key)}`, run, args);
          return STREAMS.has(String(key)) ? pieces(called) : called();
        };
      },
    });
  }

  call(
    process: Process,
    name: string,
    run: () => Promise<unknown>,
    args: readonly unknown[] = [],
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // The dead wait for ever.
      if (this.working.has(process)) this.calls.push({ process, name, args, run, resolve, reject });
    });
  }

  /** Calls that may be made now. */
  ready(): readonly Call[] {
    return this.#still.size === 0
      ? this.calls
      : this.calls.filter(({ process }) => !this.#still.has(process));
  }

  take(call: Call): void {
    this.calls.splice(this.calls.indexOf(call), 1);
  }

  /** Makes a process stand still; until the function that is given back is called. */
  still(process: Process): () => void {
    this.#still.add(process);
    this.stoodStill.add(process.id);
    return () => void this.#still.delete(process);
  }

  kill(process: Process): void {
    this.#still.delete(process);
    if (!this.working.delete(process)) return;
    const left = this.calls.filter((call) => call.process !== process);
    this.calls.splice(0, this.calls.length, ...left);
    process.answered({ status: 500, body: '' });
  }
}
