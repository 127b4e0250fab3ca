import { expect, test } from 'vitest';
import { openWorld, type World } from './world.ts';

/** A test in a world of its own. Whatever it is about: no write of it may have broken an invariant. */
export function scene(name: string, play: (world: World) => Promise<void>): void {
  test(name, async () => {
    const world = openWorld();
    try {
      await play(world);
      expect(world.violations).toEqual([]);
      expect(world.interventions.left, 'what was to happen in between has happened').toBe(0);
    } finally {
      await world.close();
    }
  });
}
