import type { Answer, Letter, Receivers } from '../../shared/ports/receivers.ts';

/** Receivers without a network: what was sent to them, what of it they took, and what they answer, each by its address. */
export function memoryReceivers() {
  const letters: Letter[] = [];
  const taken: Letter[] = [];
  const answers = new Map<string, Answer>();
  const port: Receivers = {
    async post(letter) {
      letters.push(letter);
      const answer = answers.get(letter.url) ?? { status: 204 };
      if ('status' in answer && answer.status < 300) taken.push(letter);
      return answer;
    },
  };
  return { port, letters, taken, answers };
}
