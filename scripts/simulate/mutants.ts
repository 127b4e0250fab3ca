/** One deliberate bug: what would be written there by somebody who did not know why it is as it is. */
export interface Mutant extends Edit {
  readonly name: string;
  /** Where another safeguard catches the first alone: that is left out as well. */
  readonly also?: readonly Edit[];
}

interface Edit {
  readonly file: string;
  /** Exactly once in the file. */
  readonly from: string;
  readonly to: string;
}

const endsWithoutEpoch: Edit = {
  file: 'shared/runtime/mark-ended.ts',
  from: `  const raised = await cluster.raiseEpoch(service);
  await cluster.updateWorkload(workload, { ...mark, standbySince: clock() });
  await raiseAgain(cluster, raised, workload);`,
  to: `  await cluster.updateWorkload(workload, { ...mark, standbySince: clock() });`,
};

/** The bugs that the simulation must find: orders turned round, tests left out, wake-ups forgotten (issue 5). */
export const mutants: readonly Mutant[] = [
  // Orders of the switch (DESIGN §6).
  {
    name: 'the App is read before the Service',
    file: 'functions/switchSelector/scene.ts',
    from: `  const service = await cluster.getService(ref);
  if (!service) return undefined;
`,
    to: `  const early = await cluster.getApp(ref);
  const service = await cluster.getService(ref);
  if (!service) return undefined;
  const real = cluster;
  cluster = new Proxy(real, { get: (_, key) => (key === 'getApp' ? async () => early : Reflect.get(real, key)) });
`,
  },
  {
    name: 'the target of a switch is not claimed',
    file: 'functions/switchSelector/switch-to.ts',
    from: 'if (target.standbySince !== undefined) await cluster',
    to: 'if (target.standbySince === null) await cluster',
  },
  {
    name: 'readiness is not read again after the claim',
    file: 'functions/switchSelector/switch-to.ts',
    from: 'if (!claimed || isGivenUp || !isReady(claimed)) return;',
    to: 'if (!claimed || isGivenUp) return;',
  },
  {
    name: 'readiness is read before the claim',
    file: 'functions/switchSelector/switch-to.ts',
    from: `  if (target.standbySince !== undefined) await cluster.updateWorkload(target, { standbySince: null });
  const claimed = await cluster.getWorkload(scene.app, release);`,
    to: `  const looked = await cluster.getWorkload(scene.app, release);
  if (target.standbySince !== undefined) await cluster.updateWorkload(target, { standbySince: null });
  const claimed = looked && { ...looked, standbySince: undefined };`,
  },
  {
    name: 'a part of the pods is enough',
    file: 'shared/domain/workload.ts',
    from: 'workload.replicas > 0 && workload.available >= workload.replicas',
    to: 'workload.replicas > 0 && workload.available > 0',
  },
  {
    name: 'what was given up is switched to, and no epoch is raised when it is',
    file: 'functions/switchSelector/switch-to.ts',
    from: 'if (!claimed || isGivenUp || !isReady(claimed)) return;',
    to: 'if (!claimed || !isReady(claimed)) return;',
    also: [endsWithoutEpoch],
  },
  {
    name: 'a switch is no compare-and-set on the epoch',
    file: 'scripts/local/cluster/records/services.ts',
    from: 'now?.epoch !== service.epoch || now.live !== service.live',
    to: 'false',
  },
  {
    name: 'the standby clock of what is live starts before the switch',
    file: 'functions/switchSelector/switch-to.ts',
    from: `  await cluster.switchService(scene.service, release, ports.clock());
  log.info({ from: before, to: release, epoch: scene.service.epoch + 1 }, 'selector switched');
  if (before !== undefined) await startClock(ports, scene, before);`,
    to: `  if (before !== undefined) await startClock(ports, scene, before);
  await cluster.switchService(scene.service, release, ports.clock());`,
  },
  {
    name: 'leftovers are judged by the world of before their Change',
    file: 'functions/switchSelector/apply.ts',
    from: 'const verdict = decideLeftover(change, { app, service, workloads, pods });',
    to: 'const verdict = decideLeftover(change, scene);',
  },
  {
    name: 'a wish that is given up is not remembered',
    file: 'functions/switchSelector/apply.ts',
    from: 'hold: { ...rest, givenUp: release }',
    to: 'hold: rest',
  },
  {
    name: 'a hold does not raise the epoch',
    file: 'functions/console/wishes/hold.ts',
    from: '  await raiseEpoch(cluster, ref);\n  return written;',
    to: '  return written;',
  },
  {
    name: 'a rollback sets no Hold',
    file: 'functions/console/wishes/activate.ts',
    from: 'return cluster.updateApp(fresh, { hold: { ...wish, at: ports.clock().toISOString() } });',
    to: 'return fresh;',
  },
  {
    name: 'an automatic switch ignores the Hold',
    file: 'functions/switchSelector/decide.ts',
    from: "if (app.spec.hold) return { action: 'hold', release: by, reason: heldBy(app.spec.hold) };",
    to: '',
  },
  {
    name: 'a failed proof does not switch back',
    file: 'functions/switchSelector/decide.ts',
    from: "if (live?.outcome === 'failed' && hold?.release !== service.live && isWayBack(previous)) {",
    to: 'if (false && isWayBack(previous)) {',
  },
  {
    name: 'a switch is not proven',
    file: 'functions/switchSelector/decide.ts',
    from: 'if (live && (isUnproven(live) || facts.toProve)) {',
    to: 'if (live && facts.toProve) {',
  },
  // The sweep.
  {
    name: 'the sweep does not ask what is live',
    file: 'shared/domain/sweep.ts',
    from: "if (service?.live === number) return 'live';",
    to: '',
  },
  {
    name: 'the sweep retires what is on standby at once',
    file: 'shared/domain/sweep.ts',
    from: 'return now < until',
    to: 'return now > until',
  },
  {
    name: 'the sweep retires what is pinned',
    file: 'shared/domain/sweep.ts',
    from: 'if (workload.pinnedBy !== undefined)',
    to: 'if (workload.pinnedBy === null)',
  },
  {
    name: 'a Workload is written whatever was written since it was read',
    file: 'scripts/local/cluster/records/workloads.ts',
    from: 'if (String(record?.version) !== workload.resourceVersion)',
    to: 'if (!record)',
  },
  // Releases and their order.
  {
    name: 'the Workload is made before its number is written',
    file: 'functions/startRelease/handle.ts',
    from: `    await ports.cluster.updateApp(app, { lastRelease: release });
  }
  await ports.cluster.createWorkload({
    app: { namespace: app.namespace, name: app.name, uid: app.uid },
    release,
    replicas: app.spec.replicas,
    pod: podSettings(app.spec),
    secret,
  });`,
    to: `  }
  await ports.cluster.createWorkload({
    app: { namespace: app.namespace, name: app.name, uid: app.uid },
    release,
    replicas: app.spec.replicas,
    pod: podSettings(app.spec),
    secret,
  });
  if (!last || last.number < release.number) await ports.cluster.updateApp(app, { lastRelease: release });`,
  },
  {
    name: 'a release number is given whoever else gave one',
    file: 'scripts/local/cluster/records/apps.ts',
    from: 'records.expect(ref, app.resourceVersion);',
    to: 'if (!find(ref)) records.expect(ref, app.resourceVersion);',
  },
  {
    name: 'no test of ancestry',
    file: 'shared/domain/order.ts',
    from: 'if (candidate === latest || candidate === head) return undefined;',
    to: 'return undefined;',
  },
  {
    name: 'arrival decides the order where the branch was not forced',
    file: 'shared/domain/order.ts',
    from: 'return facts.candidateInLatest ? latest : undefined;\n}',
    to: 'return undefined;\n}',
  },
  {
    name: 'checks are not waited for',
    file: 'functions/onStatus/decide.ts',
    from: 'if (!checks) return undefined;',
    to: 'return undefined;',
  },
  // What is written, told and acknowledged, and in which order.
  {
    name: 'an event is acknowledged though its handler failed',
    file: 'shared/runtime/event-function.ts',
    from: 'return { status: 503, message: err.message };',
    to: 'return undefined as never;',
  },
  {
    name: 'a delivery is answered before it is stored',
    file: 'functions/receiveWebhook/handle.ts',
    from: "return { status: 503, text: 'The delivery could not be stored: redeliver it.' };",
    to: "return { status: 202, text: 'accepted' };",
  },
  {
    name: 'who tells the code host does not look whether it is still so',
    file: 'functions/notify/handle.ts',
    from: '!isDeepStrictEqual(now, told); now = await read()',
    to: 'told.length === 0 && now.length > 0; now = []',
  },
  {
    name: 'a verdict is settled although its notices could not be written',
    file: 'functions/notify/handle.ts',
    from: '(await writeNotices(ports, change, log)) ?? recorded',
    to: '((await writeNotices(ports, change, log)), recorded)',
  },
  {
    name: 'a notice is settled before it is sent',
    file: 'functions/notify/deliver.ts',
    from: 'const answer = isFault(app) ? app : await post(ports, notice);',
    to: "await store.saveNotice({ ...notice, state: 'told' });\n  const answer = isFault(app) ? app : await post(ports, notice);\n  if ('status' in answer) return;",
  },
  {
    name: 'a second verdict replaces the first, and takes back what was written',
    file: 'test/memory/store.ts',
    from: 'if (!there || there.verdict || there.revision !== given.revision)',
    to: 'if (!there)',
    also: [{ file: 'test/memory/store.ts', from: 'requireAddition(there, given);', to: '' }],
  },
  // Wake-ups that only resync still gives.
  ...(
    [
      ['deliveries that were not judged', 'facts.unjudged.map(githubEvent)'],
      [
        'running builds',
        `facts.runningBuilds
      .filter((build) => old(build.startedAt))
      .map((build) => ownEvent('dev.cite.build.found', { build: build.key }))`,
      ],
      [
        'releases that were requested',
        "needRelease.map((change) => ownEvent('dev.cite.release.requested', { change: change.id }))",
      ],
      [
        'Changes that wait',
        "[...waiting, ...orphaned].map((change) => ownEvent('dev.cite.change.found', { change: change.id }))",
      ],
      [
        'messages that were not told',
        "facts.pending.map((message) => ownEvent('dev.cite.change.updated', { change: message.change }))",
      ],
      [
        'notices that were not told',
        "facts.notices.map((notice) => ownEvent('dev.cite.notice.written', { notice: notice.id }))",
      ],
    ] as const
  ).map(([what, from]) => ({
    name: `resync forgets ${what}`,
    file: 'functions/resync/decide.ts',
    from: `...${from},`,
    to: '',
  })),
  {
    name: 'resync forgets heads that nobody knows',
    file: 'functions/resync/handle.ts',
    from: 'failed += await emitAll(ports, heads, log);',
    to: '',
  },
  {
    name: 'resync forgets Workloads on their way, their Changes and what is said of them',
    file: 'functions/resync/decide.ts',
    from: 'return [...unsettled.map((workload) => workload.app), ...wished];',
    to: 'return wished.slice(wished.length + unsettled.length);',
    also: [
      { file: 'functions/resync/decide.ts', from: '...untoldApps(facts),', to: '' },
      { file: 'functions/resync/decide.ts', from: '...ending.map((change) => change.app),', to: '' },
    ],
  },
  {
    name: 'resync forgets what Apps are said to be',
    file: 'functions/resync/decide.ts',
    from: '...untoldApps(facts),',
    to: '',
  },
  {
    name: 'replicas are not followed',
    file: 'functions/createService/follow-spec.ts',
    from: 'if (serving && workload.replicas !== app.spec.replicas)',
    to: 'if (serving && workload.replicas === 0)',
  },
  {
    name: 'a Build whose Job is gone runs for ever',
    file: 'functions/onBuild/decide.ts',
    from: ": record(build, now, { state: 'cancelled' });",
    to: ": { action: 'nothing', reason: 'its Job is gone' };",
  },
  {
    name: 'a deleted App leaves its Changes open, and resync what nobody owns',
    file: 'functions/createService/finalize.ts',
    from: "await ledger(ports).conclude(change, { outcome: 'cancelled', by: 'the deletion of its App' });",
    to: '',
    also: [
      {
        file: 'functions/resync/decide.ts',
        from: '...[...waiting, ...orphaned].map(',
        to: '...waiting.map(',
      },
    ],
  },
  {
    name: 'a standby that broke stays broken',
    file: 'functions/probeStandby/decide.ts',
    from: 'const fault = isReady(standby)',
    to: 'const fault = before?.fault !== undefined ? before.fault : isReady(standby)',
  },
  {
    name: 'what a standby is, is said once',
    file: 'functions/probeStandby/handle.ts',
    from: 'if (app.status.rollback !== rollback)',
    to: 'if (app.status.rollback === undefined)',
  },
];
