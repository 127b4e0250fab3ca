import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import type { WhyView } from '../../../functions/console/routes/why.ts';
import { path } from '../client.ts';
import { Failure } from '../failure.ts';
import { sessionOf } from '../session.ts';
import { oneLine } from '../text.ts';
import { changeStory } from '../words.ts';

export function whyCommands(program: Command): void {
  program
    .command('why')
    .argument('[commit]', 'default: HEAD of the checkout')
    .description('what became of a commit, and why')
    .action(async (text: string | undefined, _options, command) => {
      const session = sessionOf(command);
      const commit = await commitArgument(text ?? 'HEAD');
      const answer = await session.api.call<WhyView>('GET', path`/api/why/${commit}`);
      session.print(answer, () => story(answer));
    });
}

/** Digits are taken as they are; any other name of a commit is git's, in the folder that it runs in. */
async function commitArgument(text: string): Promise<string> {
  if (/^[0-9a-f]{7,40}$/i.test(text)) return text;
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${text}^{commit}`];
  try {
    return (await promisify(execFile)('git', args)).stdout.trim();
  } catch (cause) {
    throw new Failure(`${text} is no commit here. Give its first 7 digits, or go into the checkout.`, {
      cause,
    });
  }
}

function story({ changes, deliveries }: WhyView): string {
  const alike = Map.groupBy(deliveries, ({ event, judgement }) => `delivery ${event}  ${oneLine(judgement)}`);
  const told = [...alike].map(([line, those]) =>
    those.length > 1 ? `${line} (${those.length} times)` : line,
  );
  return [...changes.map(changeStory), ...told].join('\n');
}
