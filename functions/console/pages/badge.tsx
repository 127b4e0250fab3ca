/** How a state looks: the word says it, the colour only underlines it. */
const tones: Readonly<Record<string, string>> = {
  live: 'good',
  deployed: 'good',
  standby: 'ready',
  connected: 'quiet',
  'not connected': 'bad',
  unknown: 'quiet',
  failed: 'bad',
  refused: 'bad',
  held: 'held',
  superseded: 'quiet',
  skipped: 'quiet',
  cancelled: 'quiet',
  retired: 'quiet',
  'being deleted': 'quiet',
};

/** A state in its own words (DESIGN §2); `live, r3 failed` is worth the colour of what is wrong. */
export const Badge = ({ state }: { state: string }) => <span class={`badge ${toneOf(state)}`}>{state}</span>;

function toneOf(state: string): string {
  if (/\b(failed|refused)$/.test(state)) return 'bad';
  if (state.startsWith('held')) return 'held';
  return tones[state] ?? 'busy';
}
