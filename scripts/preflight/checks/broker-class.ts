import { parse } from 'yaml';
import { z } from 'zod';
import type { Api } from '../../cluster/api.ts';
import { type Deployment, deploymentsIn, isAvailable } from '../deployments.ts';
import { type Check, type Finding, missing, ok, warning } from '../finding.ts';

const EVENTING = 'knative-eventing';
/** The Namespace of the platform's Broker: it may have a default of its own. */
const PLATFORM = 'cite-system';
const DURABLE =
  'use a durable Broker: Kafka (https://knative.dev/docs/eventing/brokers/broker-types/kafka-broker/, with knative/components/kafka-broker) or RabbitMQ (https://knative.dev/docs/eventing/brokers/broker-types/rabbitmq-broker/)';

/** The Deployment in knative-eventing that makes Brokers of the class work. */
const controllers: Readonly<Record<string, string>> = {
  MTChannelBasedBroker: 'mt-broker-controller',
  Kafka: 'kafka-controller',
  KafkaNamespaced: 'kafka-controller',
  RabbitMQBroker: 'rabbitmq-broker-controller',
};

const brokerDefault = z.object({
  brokerClass: z.string(),
  kind: z.string().optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
});
const brokerDefaults = z.object({
  clusterDefault: brokerDefault.optional(),
  namespaceDefaults: z.record(z.string(), brokerDefault).optional(),
});
const channelTemplate = z.object({ kind: z.string() });

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
}

/** What a Broker of the platform becomes that names no class; undefined: nothing says. */
export function defaultBroker(config: ConfigMap | undefined) {
  const text = config?.data?.['default-br-config'];
  const { namespaceDefaults, clusterDefault } =
    text === undefined ? {} : (brokerDefaults.safeParse(parse(text)).data ?? {});
  return namespaceDefaults?.[PLATFORM] ?? clusterDefault;
}

export interface BrokerFacts {
  readonly brokerClass: string | undefined;
  /** Kind of the channel behind a Broker of the class MTChannelBasedBroker. */
  readonly channel: string | undefined;
  readonly deployments: readonly Deployment[];
}

export function judgeBroker({ brokerClass, channel, deployments }: BrokerFacts): Finding {
  if (brokerClass === undefined)
    return missing(
      `the ConfigMap config-br-defaults in ${EVENTING} names no default Broker class`,
      `install a Broker with Knative Eventing, or ${DURABLE}.`,
    );
  const says = channel === undefined ? brokerClass : `${brokerClass} on ${channel}`;
  const controller = controllers[brokerClass];
  if (controller === undefined)
    return warning(`${says}, of which nothing is known here`, `see that it works, or ${DURABLE}.`);
  const found = deployments.find(({ metadata }) => metadata.name === controller);
  if (!found || !isAvailable(found))
    return missing(
      `${says}, but ${controller} is not ${found ? 'available' : 'there'}`,
      found
        ? `see kubectl -n ${EVENTING} describe deployment ${controller}.`
        : `install the Broker of the class ${brokerClass}, or change the default in config-br-defaults.`,
    );
  if (channel === 'InMemoryChannel')
    return warning(
      `${says}: events are lost when its pod dies (found again within 5 minutes, with 50 Apps or fewer)`,
      `${DURABLE}.`,
    );
  return ok(says);
}

const configMap = (api: Api, namespace: string, name: string) =>
  api.find<ConfigMap>(`/api/v1/namespaces/${namespace}/configmaps/${name}`);

export const brokerClass: Check = {
  title: 'Broker',
  async look({ api }) {
    const found = defaultBroker(await configMap(api, EVENTING, 'config-br-defaults'));
    const settings =
      found?.kind === 'ConfigMap' && found.name !== undefined
        ? await configMap(api, found.namespace ?? EVENTING, found.name)
        : undefined;
    const template = settings?.data?.['channel-template-spec'];
    return judgeBroker({
      brokerClass: found?.brokerClass,
      channel: template === undefined ? undefined : channelTemplate.safeParse(parse(template)).data?.kind,
      deployments: await api.list(deploymentsIn(EVENTING)),
    });
  },
};
