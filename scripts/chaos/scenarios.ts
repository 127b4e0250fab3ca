import type { ClusterStage } from './cluster.ts';
import type { MachineStage } from './machine.ts';
import type { Scene } from './stage.ts';

/** Resolves with what it hit, once that is whole again. */
export type Strike<S> = (stage: S, scene: Scene) => Promise<string>;

/** Why a platform cannot have it. */
export interface Absent {
  readonly not: string;
}

export interface Scenario {
  readonly name: string;
  /** `during`: at some moment of a switch. `between`: while the App that it strikes is not being switched. */
  readonly when: 'during' | 'between';
  /**
   * Present: it takes away something that was answering, which drops visits whatever the platform does. Those of that
   * time and App (`all`: of every App) are counted apart; all others are dropped by us.
   */
  readonly apart?: { readonly why: string; readonly all?: true };
  readonly machine: Strike<MachineStage> | Absent;
  readonly cluster: Strike<ClusterStage> | Absent;
}

/**
 * What strikes, on both platforms. Left alone on a cluster: Knative's activator and Kourier's gateway. Every request goes
 * through that one gateway here; an installation that must not lose it runs several.
 */
export const scenarios: readonly Scenario[] = [
  {
    name: 'a function is killed at its work',
    when: 'during',
    machine: (stage, scene) => stage.killFunction(scene),
    cluster: (stage, scene) => stage.killFunction(scene),
  },
  {
    name: 'a part of the broker is killed, with its events',
    when: 'during',
    machine: { not: "its broker is a part of the platform's one process, and keeps its events on disk" },
    cluster: (stage, scene) => stage.killBroker(scene),
  },
  {
    name: 'a source of events is killed',
    when: 'during',
    machine: { not: "its feed of changes is a part of the platform's one process" },
    cluster: (stage, scene) => stage.killSource(scene),
  },
  {
    name: 'the store is restarted',
    when: 'during',
    machine: { not: 'its store is a file (SQLite): it has no process that could end' },
    cluster: (stage) => stage.restartRedis(),
  },
  {
    name: 'the API server is killed',
    when: 'during',
    machine: { not: 'its cluster is records in a file (SQLite)' },
    cluster: (stage) => stage.restartApiServer(),
  },
  {
    name: 'the whole platform is killed and started again',
    when: 'during',
    apart: {
      why: "the proxy that serves every URL of one machine is a part of it, and the Apps' pods end with it",
      all: true,
    },
    machine: (stage) => stage.killPlatform(),
    cluster: { not: "it is no one process, and no visitor's way leads through it" },
  },
  {
    name: 'a standby pod is killed by force',
    when: 'between',
    apart: {
      why: 'a release that was replaced just now still finishes long answers, and a killed pod takes its own along',
    },
    machine: (stage, scene) => stage.killPod(scene, 'standby'),
    cluster: (stage, scene) => stage.killPod(scene, 'standby'),
  },
  {
    name: 'one of two live pods is killed by force',
    when: 'between',
    apart: { why: 'what a pod was answering goes with it, on any platform' },
    machine: (stage, scene) => stage.killPod(scene, 'live'),
    cluster: (stage, scene) => stage.killPod(scene, 'live'),
  },
];

/** A scenario on its platform. */
export interface Playable {
  readonly scenario: Scenario;
  strike(scene: Scene): Promise<string>;
}

export const onMachine = (stage: MachineStage): readonly Playable[] =>
  scenarios.flatMap((scenario) => {
    const { machine } = scenario;
    return 'not' in machine ? [] : [{ scenario, strike: (scene: Scene) => machine(stage, scene) }];
  });

export const onCluster = (stage: ClusterStage): readonly Playable[] =>
  scenarios.flatMap((scenario) => {
    const { cluster } = scenario;
    return 'not' in cluster ? [] : [{ scenario, strike: (scene: Scene) => cluster(stage, scene) }];
  });
