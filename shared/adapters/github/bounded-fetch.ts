/** GitHub's largest answer here is a page of a hundred statuses, or a comparison: well below 1 MB. */
const MAX_ANSWER_BYTES = 10 * 1024 * 1024;

/** `fetch`, but an answer without an end is broken off: octokit reads each of them whole into memory. */
export const boundedFetch: typeof fetch = async (input, init) => {
  const answer = await fetch(input, init);
  if (!answer.body) return answer;
  let size = 0;
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform(part, controller) {
      size += part.length;
      if (size > MAX_ANSWER_BYTES) controller.error(new Error(`more than ${MAX_ANSWER_BYTES} bytes`));
      else controller.enqueue(part);
    },
  });
  const { status, statusText, headers } = answer;
  return new Response(answer.body.pipeThrough(bounded), { status, statusText, headers });
};
