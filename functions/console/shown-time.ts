/** A time as people are shown it: 2026-11-20 14:32:05 UTC. */
export const shownTime = (time: Date) => `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
