import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { z } from 'zod';
import { appSpec } from '../../shared/domain/app-spec.ts';
import { MAX_NAME } from '../../shared/domain/naming.ts';
import { appRules } from './app-rules.ts';
import { structuralSchema } from './structural-schema.ts';

export const crdFile = new URL('../../knative/base/crd.yaml', import.meta.url);

const text = (description: string) => ({ type: 'string', description });

/** AppStatus of shared/domain/app.ts: written by the platform alone, so it needs no rules. */
const status = {
  type: 'object',
  description: 'What the platform last saw. Nothing decides by it.',
  properties: {
    live: text('The release that the Service selects.'),
    standby: text('The release that can take over at once.'),
    rollback: text(
      'Whether that release would take over: r1 ready, r1 broken, none. Checked every five minutes.',
    ),
    commit: text('The commit that is live.'),
    state: text(
      'live, starting r7, held, waiting; refused or blocked with the reason of the condition that says why.',
    ),
    url: text('Where the app answers.'),
    conditions: {
      type: 'array',
      description: 'What has to be so for the App to be deployed, and what to do where it is not.',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: {
        type: 'object',
        required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
        properties: {
          type: text('Accepted, ServiceReady, SourceConnected or RouteReady.'),
          status: {
            ...text('Unknown: it could not be asked, and is tried again.'),
            enum: ['True', 'False', 'Unknown'],
          },
          reason: text('One word for programs.'),
          message: text('What is wrong, and what to do.'),
          lastTransitionTime: { ...text('Since when its status is this.'), format: 'date-time' },
          lastUpdateTime: { ...text('When it was last written.'), format: 'date-time' },
          observedGeneration: {
            type: 'integer',
            format: 'int64',
            description: 'Of which metadata.generation it speaks.',
          },
        },
      },
    },
  },
};

const column = (name: string, jsonPath: string, other: { type?: 'date'; priority?: 1 } = {}) => ({
  name,
  type: 'string',
  jsonPath,
  ...other,
});

/** Only with `-o wide`. */
const wide = { priority: 1 } as const;

function crd() {
  const spec = structuralSchema(z.toJSONSchema(appSpec, { io: 'input' }), appRules);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'apps.cite.dev', labels: { 'app.kubernetes.io/managed-by': 'cite' } },
    spec: {
      group: 'cite.dev',
      scope: 'Namespaced',
      names: { kind: 'App', listKind: 'AppList', plural: 'apps', singular: 'app', categories: ['cite'] },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            column('Live', '.status.live'),
            column('Standby', '.status.standby'),
            column('Rollback', '.status.rollback'),
            column('State', '.status.state'),
            column('URL', '.status.url'),
            column('Age', '.metadata.creationTimestamp', { type: 'date' }),
            column('Repository', '.spec.repository', wide),
            column('Branch', '.spec.branch', wide),
            column('Commit', '.status.commit', wide),
          ],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: 'A repository and branch that every push to is built, proven and made live.',
              required: ['spec'],
              properties: { spec, status },
              'x-kubernetes-validations': [
                {
                  rule: `self.metadata.name.size() <= ${MAX_NAME} && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')`,
                  message: `the name must be a DNS-1035 label of at most ${MAX_NAME} characters: it is the Service's too`,
                },
              ],
            },
          },
        },
      ],
    },
  };
}

/** The whole of knative/base/crd.yaml. */
export const crdText = () =>
  `# Generated from shared/domain/app-spec.ts: npm run generate\n${stringify(crd(), { lineWidth: 0, aliasDuplicateObjects: false })}`;

if (import.meta.main) writeFileSync(crdFile, crdText());
