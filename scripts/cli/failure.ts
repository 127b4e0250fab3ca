/** What ends a command: one line for a person, with what to do about it. */
export class Failure extends Error {
  override name = 'Failure';
}
