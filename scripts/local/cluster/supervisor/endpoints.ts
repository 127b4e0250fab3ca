import type { AppRef } from '../../../../shared/domain/app.ts';
import type { Endpoint } from '../records/kinds.ts';
import { appLabels, isManaged } from '../records/labels.ts';
import type { Records } from '../records/records.ts';
import type { LocalPod } from './pod.ts';

const keyOf = ({ namespace, name }: AppRef) => `${namespace}/${name}`;

/**
 * The addresses behind each Service: the ready pods of the release that it selects. The proxy reads them from memory;
 * the record follows, so that what a Service says of its endpoints is never ahead of where requests really go.
 */
export class Endpoints {
  readonly #records: Records;
  readonly #podsOf: (app: AppRef) => Iterable<LocalPod>;
  readonly #known = new Map<string, readonly Endpoint[]>();
  /** Release that each Service selects, as last read. */
  readonly #live = new Map<string, number>();

  constructor(records: Records, podsOf: (app: AppRef) => Iterable<LocalPod>) {
    this.#records = records;
    this.#podsOf = podsOf;
  }

  of(app: AppRef): readonly Endpoint[] {
    return this.#known.get(keyOf(app)) ?? [];
  }

  /** At once, from memory alone: a pod that is not ready must get no request more. */
  refresh(app: AppRef): void {
    const live = this.#live.get(keyOf(app));
    const endpoints: Endpoint[] = [];
    for (const pod of this.#podsOf(app))
      if (pod.release === live && pod.ready)
        endpoints.push({ release: pod.release, host: '127.0.0.1', port: pod.ready.port });
    this.#known.set(keyOf(app), endpoints);
  }

  /** Reads what the Service selects, and writes down the addresses behind it. */
  reconcile(app: AppRef): void {
    this.#records.transaction(() => {
      const service = this.#records.get('Service', app.namespace, app.name);
      const own = service && isManaged(service.labels) ? service : undefined;
      if (own?.body.live === undefined) this.#live.delete(keyOf(app));
      else this.#live.set(keyOf(app), own.body.live);
      this.refresh(app);
      if (!own) this.#known.delete(keyOf(app));
      this.#write(app, own !== undefined);
    });
  }

  #write(app: AppRef, wanted: boolean): void {
    const slice = this.#records.get('EndpointSlice', app.namespace, app.name);
    const body = { endpoints: this.of(app) };
    if (slice && wanted) this.#records.update(slice, body);
    else if (slice) this.#records.remove(slice);
    else if (wanted) this.#records.insert('EndpointSlice', app, appLabels(app), body);
  }
}
