export const NO_COMMIT = '0'.repeat(40);
/** GitHub sends no events for more than that many refs in one push (docs.github.com, "Webhook events and payloads"). */
const MOST_TAGS = 3;
const MOST_BRANCHES = 5000;

/** One ref that a push moved. `before` is zeros for a new one, `after` for a deleted one. */
export interface RefUpdate {
  readonly ref: string;
  readonly kind: 'branch' | 'tag';
  /** The ref without `refs/heads/` or `refs/tags/`. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What git tells its post-receive hook: a line `<old> <new> <ref>` per ref. Other refs than branches and tags are nobody's event. */
export function parseRefUpdates(text: string): RefUpdate[] {
  return text.split('\n').flatMap((line) => {
    const [, before, after, folder, name] =
      /^([0-9a-f]{40}) ([0-9a-f]{40}) refs\/(heads|tags)\/(.+)$/.exec(line) ?? [];
    if (!before || !after || !name) return [];
    const kind = folder === 'heads' ? 'branch' : 'tag';
    return [{ ref: `refs/${folder}/${name}`, kind, name, before, after }];
  });
}

/** Those that GitHub would tell of. */
export function announced(updates: readonly RefUpdate[]): readonly RefUpdate[] {
  const count = (kind: RefUpdate['kind']) => updates.filter((update) => update.kind === kind).length;
  const silent = { tag: count('tag') > MOST_TAGS, branch: count('branch') > MOST_BRANCHES };
  return updates.filter((update) => !silent[update.kind]);
}
