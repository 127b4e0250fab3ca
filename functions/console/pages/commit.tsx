interface Props {
  readonly sha: string;
  readonly title?: string | undefined;
}

/** A commit as people know it: its first digits, and what its author called it. */
export const Commit = ({ sha, title }: Props) => (
  <span class="commit">
    <code title={sha}>{sha.slice(0, 7)}</code>
    {title ? <span class="title">{title}</span> : null}
  </span>
);
