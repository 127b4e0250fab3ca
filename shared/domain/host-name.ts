/** A host name as a browser asks for it: at least two labels in lower case, and no IP address. */
export const HOST_NAME = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
export const MAX_HOST_NAME = 253;

/** Names that lead nowhere outside: those of Services, and those of one machine (RFC 6761). */
const OWN = /(^|[.])localhost$|[.]cluster[.]local$|[.]svc$|^[^.]+[.][^.]+[.]svc[.]/;

export const isOfCluster = (host: string) => OWN.test(host);
export const ofClusterPattern = OWN.source;

export const isHostName = (host: string) => host.length <= MAX_HOST_NAME && HOST_NAME.test(host);
