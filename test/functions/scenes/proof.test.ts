import { expect } from 'vitest';
import { RetryableError } from '../../../shared/domain/errors.ts';
import { sha } from '../../support/facts.ts';
import { scene } from './scene.ts';
import { SHOP, type World } from './world.ts';

const [A, B] = [sha('a'), sha('b')];

/** r1 is live, r2 is started beside it. */
async function secondStarts(w: World): Promise<void> {
  await w.app();
  await w.deploy(A);
  await w.push(B, { on: A });
  await w.deliver();
  await w.buildEnds(B);
  await w.deliver();
}

scene(
  'a platform that is away for a minute between switch and proof does not roll a good release back',
  async (w) => {
    await secondStarts(w);
    w.interventions.after('cluster.switchService', () => {
      // The machine goes down: no pod is ready when the platform looks again.
      w.advance(60);
      w.pods.unready(SHOP, 1);
      w.pods.unready(SHOP, 2);
      w.interventions.die();
    });
    w.pods.ready(SHOP, 2);
    await w.deliver();
    expect(await w.live()).toBe(2);
    expect((await w.changeOf(B)).verdict).toBeUndefined();
    w.pods.ready(SHOP, 1);
    w.pods.ready(SHOP, 2);
    await w.settle();
    expect(await w.live()).toBe(2);
    expect(await w.story(B)).toBe('deployed as r2');
  },
);

scene(
  'a release that does not answer through the Service is switched back from, and has failed',
  async (w) => {
    await secondStarts(w);
    w.probe.fault = 'GET / answered 503';
    w.pods.ready(SHOP, 2);
    await w.settle();
    expect(await w.live()).toBe(1);
    expect(await w.story(B)).toMatch(
      /^failed: r2: through the Service: GET \/ answered 503; switching back to r1/,
    );
  },
);

scene('endpoints that lag behind the switch fail no release, whatever the clock says', async (w) => {
  await secondStarts(w);
  w.interventions.after('cluster.switchService', () => {
    // Whoever proves has a clock that is 31 s ahead; the first request still comes to what was live.
    w.advance(31);
    w.probe.tookMs = 5;
    w.probe.fault = 'GET / answered 503';
  });
  w.interventions.after('probe.fault', () => {
    w.probe.fault = undefined;
  });
  w.pods.ready(SHOP, 2);
  await w.settle();
  expect(await w.live()).toBe(2);
  expect(await w.story(B)).toBe('deployed as r2');
});

scene('an edit during the proof goes on though its wake-up could not be sent at once', async (w) => {
  await secondStarts(w);
  w.interventions.after('cluster.switchService', () => w.pods.unready(SHOP, 2));
  w.pods.ready(SHOP, 2);
  await w.deliver();
  await w.edit({ env: { A: '1' } });
  await w.deliver();
  expect((await w.theApp()).lastRelease?.number, 'it waits for the proof').toBe(2);
  let lost = 0;
  w.interventions.around = (call, run, args) => {
    const { type } = (args[0] ?? {}) as { type?: string };
    if (call === 'events.emit' && type === 'dev.cite.app.found' && lost++ === 0)
      throw new RetryableError('the broker is away');
    return run();
  };
  w.pods.ready(SHOP, 2);
  await w.settle();
  expect(lost).toBeGreaterThan(1);
  expect(await w.live()).toBe(3);
});

scene('a Change whose Workload vanished ends as failed, and its commit may be pushed again', async (w) => {
  await secondStarts(w);
  // Its event is lost as well.
  w.queue.delay({ type: 'dev.knative.apiserver.resource.delete' });
  const workload = await w.workload(2);
  if (workload) await w.cluster.deleteWorkload(workload);
  await w.deliver();
  w.advance(120);
  w.resync();
  await w.settle();
  expect(await w.story(B)).toBe('failed: r2 is not there any more');
  expect(await w.live()).toBe(1);
});
