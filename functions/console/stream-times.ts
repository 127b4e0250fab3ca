/** How often what is followed is looked at anew. */
export const LOOK_EVERY_MS = 2000;
/** A stream ends before Knative's time-out of the console cuts it (`timeoutSeconds: 600`); whoever follows resumes it. */
export const STREAM_MS = 9 * 60_000;
/** Proxies end what is silent for a minute. */
export const SILENCE_MS = 25_000;
