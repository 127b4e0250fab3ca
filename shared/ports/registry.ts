/** Image registry. Unreachable throws RetryableError. */
export interface Registry {
  /** `registry/name@sha256:…` of a tag; undefined: there is no such image. */
  resolve(reference: string): Promise<string | undefined>;
}
