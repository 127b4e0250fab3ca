/** Environment variable by which a process of a data folder is known, whatever became of its parents. */
export const MARKER = 'CITE_POD';

export const markerOf = (folderId: string, name: string) => `${folderId}/${name}`;
