import { z } from 'zod';
import type { Machine } from '../../../test/cluster/machine.ts';

const summary = z.object({
  pods: z.array(
    z.object({
      podRef: z.object({ name: z.string(), namespace: z.string() }),
      containers: z
        .array(
          z.object({
            name: z.string(),
            memory: z
              .object({ rssBytes: z.number().optional(), workingSetBytes: z.number().optional() })
              .optional(),
            cpu: z.object({ usageCoreNanoSeconds: z.number().optional() }).optional(),
          }),
        )
        .default([]),
    }),
  ),
});

export interface Usage {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly rssBytes: number;
  readonly cpuSeconds: number;
}

/** What every container on the node takes, as the kubelet counts it. */
export async function containers({ kubectl }: Machine): Promise<readonly Usage[]> {
  const { pods } = summary.parse(
    JSON.parse(await kubectl('get', '--raw', '/api/v1/nodes/node-1/proxy/stats/summary')),
  );
  return pods.flatMap(({ podRef, containers: all }) =>
    all.map(({ name, memory, cpu }) => ({
      namespace: podRef.namespace,
      pod: podRef.name,
      container: name,
      rssBytes: memory?.rssBytes ?? 0,
      cpuSeconds: (cpu?.usageCoreNanoSeconds ?? 0) / 1e9,
    })),
  );
}
