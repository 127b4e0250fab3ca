import examples from '@octokit/webhooks-examples' with { type: 'json' };

interface Recorded {
  readonly name: string;
  readonly examples: readonly Record<string, unknown>[];
}

/** Webhooks as GitHub sent them, recorded by octokit: the payloads of one kind, or of all. */
export const recordedKinds = examples as unknown as readonly Recorded[];

export const recorded = (kind: string) => recordedKinds.find(({ name }) => name === kind)?.examples ?? [];
