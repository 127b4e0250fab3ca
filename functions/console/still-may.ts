import type { Context } from 'hono';

/** How often it is asked whether whoever goes on looking may still do so. */
const ASK_AGAIN_MS = 6000;

/** For what goes on for minutes: throws the refusal of who may not any more. Cheap enough to be called at every turn. */
export function stillMay(c: Context): () => Promise<void> {
  let asked = Date.now();
  return async () => {
    if (Date.now() - asked <= ASK_AGAIN_MS) return;
    await c.get('requireStillMay')();
    asked = Date.now();
  };
}
