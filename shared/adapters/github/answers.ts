import { z } from 'zod';
import { notGitHub } from './fault.ts';

/*
 * What leaves the adapter of GitHub's answers. GitHub adds fields when it likes; an answer in which one of these is
 * another is that of a proxy, or of a fault, and may be well again at the next try.
 */

/** Longer than any commit message that a tool shows: no title or status is made of what follows. */
const text = z.string().max(1024 * 1024);

export const repositoryAnswer = z.object({ default_branch: text });

export const branchAnswer = z.object({
  name: text,
  commit: z.object({
    sha: z.string().regex(/^[0-9a-f]{40}$/),
    commit: z.object({ message: text, author: z.object({ name: text.nullish() }).nullish() }),
  }),
});

export const branchesAnswer = z.array(z.object({ name: text }));

export const comparisonAnswer = z.object({ status: z.enum(['ahead', 'behind', 'identical', 'diverged']) });

export const statusAnswers = z.array(
  z.object({ context: text, state: text, description: text.nullish(), target_url: text.nullish() }),
);

const count = z.int().min(0);
/** `core` is what all calls here are counted as; `reset` is in seconds since 1970. */
export const rateLimitAnswer = z.object({
  resources: z.object({ core: z.object({ limit: count, remaining: count, reset: count }) }),
});

/** The answer itself, once the schema has seen that it is what octokit's type says. Throws RetryableError. */
export function checked<T>(schema: z.ZodType, answer: T): T {
  if (schema.safeParse(answer).success) return answer;
  throw notGitHub('another shape');
}
