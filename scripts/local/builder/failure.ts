/** Why there is no image: one sentence for the person who pushed. */
export class BuildFailure extends Error {
  override name = 'BuildFailure';
}
