import { because, type Manifest } from '../../manifests/manifest.ts';
import { group, integrations, version } from './integration.ts';
import { schemaOf } from './schema.ts';
import { spec } from './spec.ts';
import { status } from './status.ts';

const column = (name: string, jsonPath: string, more: object = {}): { readonly [key: string]: string | number } => ({
  name,
  type: 'string',
  jsonPath,
  ...more,
});

const conditionOf = (type: string, field: string): string => `.status.conditions[?(@.type=="${type}")].${field}`;

/** The kind Integration, as a cluster is told of it. */
export function customResource(): Manifest {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${integrations.plural}.${group}`, labels: { 'app.kubernetes.io/part-of': 'gantry' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind: integrations.kind,
        listKind: 'IntegrationList',
        plural: integrations.plural,
        singular: 'integration',
        shortNames: ['intg'],
        categories: because('So that kubectl get all shows them.', ['all']),
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: {
            status: {},
            scale: because('For kubectl scale, and autoscalers of your own.', {
              specReplicasPath: '.spec.replicas',
              statusReplicasPath: '.status.replicas',
              labelSelectorPath: '.status.selector',
            }),
          },
          additionalPrinterColumns: [
            column('Pattern', '.status.pattern'),
            column('Ready', conditionOf('Ready', 'status')),
            column('Reason', conditionOf('Ready', 'reason')),
            column('Pods', '.status.pods'),
            column('Held', '.status.singletons'),
            column('Artifacts', '.status.artifact.short'),
            column('Revision', '.status.revision', { type: 'integer', priority: 1 }),
            column('URL', '.status.url', { priority: 1 }),
            column('Age', '.metadata.creationTimestamp', { type: 'date' }),
          ],
          schema: {
            openAPIV3Schema: {
              description: 'An integration that Gantry runs: artifacts of WSO2 Micro Integrator or Apache Synapse.',
              type: 'object',
              required: ['spec'],
              'x-kubernetes-validations': [
                {
                  rule: "size(self.metadata.name) <= 40 && !self.metadata.name.contains('.')",
                  message:
                    'the name must have at most 40 characters and no dot: names of pods are made of it; choose a shorter one',
                },
              ],
              properties: { spec: schemaOf(spec), status: schemaOf(status) },
            },
          },
        },
      ],
    },
  };
}
