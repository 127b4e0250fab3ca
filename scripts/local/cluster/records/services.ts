import type { AppRef } from '../../../../shared/domain/app.ts';
import { ConflictError, InvalidError } from '../../../../shared/domain/errors.ts';
import { firstEpoch, type Service } from '../../../../shared/domain/workload.ts';
import type { ServiceSelector, Services } from '../../../../shared/ports/cluster.ts';
import { appLabels, isManaged } from './labels.ts';
import { requireNamespace } from './names.ts';
import type { Objects, Stored } from './records.ts';

/** Where requests for an App are sent: the proxy's address, and the Host header that it knows the App by. */
export type ServiceAddress = (app: AppRef) => Service['address'];

export function services(records: Objects, address: ServiceAddress): Services {
  const find = ({ namespace, name }: AppRef) => records.get('Service', namespace, name);
  const own = (ref: AppRef) => {
    const record = find(ref);
    return record && isManaged(record.labels) ? record : undefined;
  };

  /** The proxy follows these very addresses: what they name, a new request gets. */
  const endpoints = (ref: AppRef) =>
    (records.get('EndpointSlice', ref.namespace, ref.name)?.body.endpoints ?? []).map(
      ({ release }) => release,
    );

  const toService = (record: Stored<'Service'>): Service => ({
    ...toSelector(record),
    address: address({ namespace: record.namespace, name: record.name }),
    endpoints: endpoints(record),
  });

  /** The record, if selector and epoch are still as they were in `service`. */
  const unmoved = (service: Service) => {
    const record = own(service.app);
    const now = record && toSelector(record);
    if (!record || now?.epoch !== service.epoch || now.live !== service.live)
      throw new ConflictError(`Service ${service.app.namespace}/${service.app.name} was switched meanwhile`);
    return record;
  };

  return {
    async getService(ref) {
      const record = own(ref);
      return record && toService(record);
    },
    async listServices() {
      return records
        .list('Service')
        .filter((record) => isManaged(record.labels))
        .map(toSelector);
    },
    async foreignService(ref) {
      const record = find(ref);
      return record !== undefined && !isManaged(record.labels);
    },
    async ensureService({ namespace, name, spec }) {
      records.transaction(() => {
        requireNamespace(records, namespace);
        const ref = { namespace, name };
        const record = find(ref);
        if (!record) records.insert('Service', ref, appLabels(ref), { port: spec.port, epoch: 0 });
        else if (isManaged(record.labels)) records.update(record, { ...record.body, port: spec.port });
        else
          throw new InvalidError(
            'metadata.name',
            "belongs to somebody else's Service",
            'Choose another name for the App, or delete that Service.',
          );
      });
    },
    async switchService(service, to, at) {
      return records.transaction(() => {
        const record = unmoved(service);
        const { live, previous: _, ...body } = record.body;
        const switched = {
          ...body,
          live: to,
          epoch: body.epoch + 1,
          switchedAt: at.toISOString(),
          ...(live !== undefined && { previous: live }),
        };
        return toService(records.update(record, switched));
      });
    },
    async raiseEpoch(service) {
      return records.transaction(() => {
        const record = unmoved(service);
        return toService(records.update(record, { ...record.body, epoch: record.body.epoch + 1 }));
      });
    },
    async deleteService(ref) {
      records.transaction(() => {
        const record = own(ref);
        if (!record) return;
        records.remove(record);
        const slice = records.get('EndpointSlice', ref.namespace, ref.name);
        if (slice) records.remove(slice);
      });
    },
  };
}

const toSelector = ({ namespace, name, version, created, body }: Stored<'Service'>): ServiceSelector => ({
  app: { namespace, name },
  resourceVersion: String(version),
  epoch: firstEpoch(new Date(created)) + body.epoch,
  ...(body.live !== undefined && { live: body.live }),
  ...(body.previous !== undefined && { previous: body.previous }),
  ...(body.switchedAt !== undefined && { switchedAt: new Date(body.switchedAt) }),
});
