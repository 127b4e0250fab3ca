/**
 * What somebody may do to the Apps of a repository: what GitHub lets them do there (issue 6). `read` looks, `write` deploys, goes
 * back and configures, `admin` deletes. Each includes those before it.
 */
export const rights = ['read', 'write', 'admin'] as const;
export type Right = (typeof rights)[number];

/** Whether who has this right has the wanted one, too. */
export const includes = (has: Right | undefined, wanted: Right): boolean =>
  has !== undefined && rights.indexOf(has) >= rights.indexOf(wanted);

/** The one that both include: a token never may more than its person. */
export const lesser = (one: Right | undefined, other: Right): Right | undefined =>
  one === undefined || includes(other, one) ? one : other;
