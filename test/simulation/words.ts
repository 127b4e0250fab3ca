import type { AppRef } from '../../shared/domain/app.ts';
import type { Change } from '../../shared/domain/change.ts';
import type { NewWorkload, Service, Workload } from '../../shared/domain/workload.ts';
import type { Call } from './processes.ts';

const words: Readonly<Record<string, (args: readonly never[]) => string>> = {
  'cluster.switchService': (args) => {
    const [service, to] = args as unknown as [Service, number];
    return `${service.app.name}: r${service.live} → r${to}, epoch ${service.epoch}`;
  },
  'cluster.updateWorkload': (args) => {
    const [{ app, release, outcome }, change] = args as unknown as [Workload, object];
    return `${app.name}-r${release.number} (${outcome ?? 'on its way'}) ${JSON.stringify(change)}`;
  },
  'cluster.deleteWorkload': (args) => {
    const [{ app, release }] = args as unknown as [Workload];
    return `${app.name}-r${release.number}`;
  },
  'cluster.createWorkload': (args) => {
    const [{ app, release }] = args as unknown as [NewWorkload];
    return `${app.name}-r${release.number} of ${release.commit.slice(0, 4)}`;
  },
  'cluster.updateApp': (args) => {
    const [{ name }, change] = args as unknown as [AppRef, object];
    return `${name} ${JSON.stringify(change).slice(0, 120)}`;
  },
  'store.openChange': (args) => change(args[0] as unknown as Change),
  'store.saveChange': (args) => change(args[0] as unknown as Change),
  'events.emit': (args) => {
    const [{ type, subject }] = args as unknown as [{ type: string; subject: string }];
    return `${type} ${subject}`;
  },
};

const change = ({ id, commit, state, reason }: Change) => `${id} (${commit.slice(0, 4)}) ${state}: ${reason}`;

/** A call, and of what it was given that which a story needs. */
export function inWords({ name, args }: Pick<Call, 'name' | 'args'>): string {
  const said = words[name]?.(args as readonly never[]);
  return said === undefined ? name : `${name} ${said}`;
}
