import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of a bench: it is told what to do as JSON, answers each question in turn, and ends with this one. */
export interface Child<Question, Answer> {
  ask(question: Question): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a file (a name: of this folder) in a process of its own; its output goes nowhere. Resolves with its first message. */
export async function startChild<Ready, Question, Answer>(
  file: `./${string}-process.ts` | URL,
  given: unknown = {},
  nodeOptions: readonly string[] = [],
): Promise<Child<Question, Answer> & { readonly ready: Ready }> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(given)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [...nodeOptions],
  });
  const ready = (await answerOf(child, file)) as Ready;
  return {
    ready,
    async ask(question) {
      const answer = answerOf(child, file);
      child.send(question as object);
      return (await answer) as Answer;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function answerOf(child: ChildProcess, file: string | URL): Promise<unknown> {
  const stop = new AbortController();
  const { signal } = stop;
  try {
    const ended = once(child, 'exit', { signal }).then(([code, by]) => {
      throw new Error(`${file} ended with ${code ?? by}`);
    });
    const [answer] = await Promise.race([once(child, 'message', { signal }), ended]);
    return answer;
  } finally {
    stop.abort();
  }
}
