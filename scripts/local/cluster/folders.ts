import { join } from 'node:path';

/** What of one pod is on disk. Both names are RFC 1123 labels: they come from records whose names were checked. */
export const podFolder = (dir: string, namespace: string, name: string) => join(dir, 'pods', namespace, name);

/** `folder` is of a record's own making, not the key that somebody asked for. */
export const buildFolder = (dir: string, folder: string) => join(dir, 'builds', folder);

export const logOf = (folder: string) => join(folder, 'log');

/** Read, used and removed by the clone step of a build alone; never in the records. */
export const credentialOf = (folder: string) => join(folder, 'credential');
