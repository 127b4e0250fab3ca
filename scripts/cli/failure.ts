import type { Command, CommanderError } from 'commander';
import { oneLine } from './text.ts';

/** The command was not understood; 1 is for what went wrong. */
export const USAGE = 2;

/** What ends a command: one line for a person, with what to do about it. */
export class Failure extends Error {
  override name = 'Failure';
}

/** Ends a command that cannot be meant so, as the parser ends one that it does not understand. */
export const usage = (command: Command, words: string): CommanderError =>
  command.error(`cite: ${oneLine(words)}`, { exitCode: USAGE });
