import { shownTime } from '../shown-time.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** When something was, as far away as a person thinks of it; the whole time on hovering, and for programs. */
export const Ago = ({ at, now }: { at: string; now: Date }) => (
  <time datetime={at} title={shownTime(new Date(at))}>
    {ago(new Date(at), now)}
  </time>
);

function ago(at: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - at.getTime()) / 1000);
  // Less than the page is looked at: a number would only flicker. Clocks differ, so the future is now.
  if (seconds < MINUTE) return 'just now';
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  const days = Math.floor(seconds / DAY);
  return days < 60 ? `${days} d ago` : at.toISOString().slice(0, 10);
}

/** How long something took: 850 ms, 12 s, 3 min 20 s. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ${seconds % MINUTE} s`;
  return `${Math.floor(seconds / HOUR)} h ${Math.floor((seconds % HOUR) / MINUTE)} min`;
}
