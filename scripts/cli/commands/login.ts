import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { MeView } from '../../../functions/console/routes/me.ts';
import { apiClient } from '../client.ts';
import { credentialsFile, saveToken } from '../credentials.ts';
import { Failure } from '../failure.ts';
import { sessionOf } from '../session.ts';
import { oneLine } from '../text.ts';

export function loginCommands(program: Command): void {
  program
    .command('login')
    .description('keep a token of yours for this platform; it is typed, or comes by standard input')
    .addHelpText('after', `\nMake one on the platform's page /tokens. It is kept in ${credentialsFile()}.`)
    .action(async (_options, command: Command) => {
      const { url, print } = sessionOf(command);
      const token = (await typedToken(url)).trim();
      if (!/^[\x21-\x7e]{16,1024}$/.test(token))
        throw new Failure(`that is no token. Make one at ${url}/tokens, and give it as it is shown there.`);
      const me = await apiClient({ url, token }).call<MeView>('GET', '/api/me');
      saveToken(url, token);
      print(me, () => `You are ${oneLine(me.person)} on ${url}.`);
    });

  program
    .command('logout')
    .description('forget the token of this platform; the page /tokens ends it everywhere')
    .action((_options, command: Command) => {
      const { url, print } = sessionOf(command);
      saveToken(url, undefined);
      print({ url }, () => `The token of ${url} is forgotten here. ${url}/tokens ends it everywhere.`);
    });

  program
    .command('whoami')
    .description('whom the platform takes you for')
    .action(async (_options, command: Command) => {
      const { api, print } = sessionOf(command);
      const me = await api.call<MeView>('GET', '/api/me');
      print(me, () => `${oneLine(me.person)}${me.isAdmin ? ', who may do everything' : ''}`);
    });
}

/** A terminal shows nothing of it. */
async function typedToken(url: string): Promise<string> {
  const isTerminal = process.stdin.isTTY;
  if (isTerminal)
    process.stderr.write(`Make a token at ${url}/tokens, and paste it here (it is not shown): `);
  const output = new Writable({ write: (_part, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output, terminal: isTerminal });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (isTerminal) process.stderr.write('\n');
  }
}
