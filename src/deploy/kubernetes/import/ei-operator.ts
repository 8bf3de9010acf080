/** `Integration` of integration.wso2.com/v1alpha1, and the ConfigMap of the operator that ran it (k8s-ei-operator). */
import type { Variable } from '../operator/resource/integration.ts';
import { notNeeded, take, toDo, type Draft, type Rule, type Said } from './rules.ts';

const runsArtifacts =
  'is an image of the Java runtime. Make one of its artifacts, gantry image PATH --tag ..., and name it here or with --image.';

export function imageToDo(reference: string): Said {
  return ['to do', `spec.artifact.image: ${reference} ${runsArtifacts}`];
}

const trafficPort = 8290;

export const integrationRules: readonly Rule[] = [
  notNeeded('apiVersion', 'gantry.dev/v1alpha1'),
  notNeeded('kind', 'Integration'),
  take('metadata.name', (value, draft) => {
    draft.name = String(value);
    return ['taken', 'metadata.name'];
  }),
  take('metadata.namespace', (value, draft) => {
    draft.namespace = String(value);
    return ['taken', 'metadata.namespace'];
  }),
  notNeeded('metadata', 'It was of the object as it lay in its cluster.'),
  notNeeded('status', 'The operator writes its own.'),
  take('spec.replicas', (value, draft) => {
    draft.spec.replicas = Number(value);
    return ['taken', 'spec.replicas'];
  }),
  take('spec.image', (value, draft) => {
    draft.spec.artifact = { image: String(value) };
    return imageToDo(String(value));
  }),
  take('spec.imagePullSecret', (value, draft) => {
    draft.spec.imagePullSecrets = [String(value)];
    return ['renamed', 'spec.imagePullSecrets'];
  }),
  take('spec.inboundPorts', (value) => {
    const others = [value]
      .flat()
      .map(Number)
      .filter((port) => port !== trafficPort);
    if (others.length === 0)
      return ['not needed', `Requests come to port 80 of the Service, which leads to ${trafficPort}.`];
    return [
      'to do',
      `The Service leads to ${trafficPort} alone. For ${others.join(', ')}, ports of inbound endpoints, add a Service of your own.`,
    ];
  }),
  take('spec.env', (value, draft) => takeVariables(value, draft)),
];

export const operatorConfigRules: readonly Rule[] = [
  notNeeded('apiVersion', 'The operator here has no configuration of its own.'),
  notNeeded('kind', 'The operator here has no configuration of its own.'),
  notNeeded('metadata', 'The operator here has no configuration of its own.'),
  take('data.host', (value, draft) => {
    draft.expose.host = String(value);
    return ['renamed', 'spec.expose.host. Its path was /NAME-service; here an integration has the host to itself.'];
  }),
  take('data.autoIngressCreation', (value, draft) => {
    if (String(value) !== 'true') return ['not needed', 'Without spec.expose there is no Ingress.'];
    draft.expose.type = 'Ingress';
    return ['renamed', 'spec.expose.type: Ingress'];
  }),
  take('data.ingressTLS', (value, draft) => {
    draft.expose.tlsSecretName = String(value);
    return ['renamed', 'spec.expose.tlsSecretName'];
  }),
  toDo('data.sslRedirect', 'It was an annotation for nginx. Set it in the Ingress controller.'),
];

/** As in a pod. What refers to more than a Secret or a ConfigMap has no place here. */
export function takeVariables(value: unknown, draft: Draft): readonly Said[] {
  const list: readonly unknown[] = Array.isArray(value)
    ? (value as readonly unknown[])
    : Object.entries(value as object).map(([name, text]) => ({ name, value: text as unknown }));
  return list.map((one): Said => {
    const { name, value: text, valueFrom } = (one ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string') return ['to do', `spec.env: ${JSON.stringify(one)} has no name.`];
    const from = valueFrom as Variable['valueFrom'];
    if (from !== undefined && from.secretKeyRef === undefined && from.configMapKeyRef === undefined)
      return [
        'to do',
        `spec.env: ${name} comes from ${Object.keys(from).join()}; only Secrets and ConfigMaps can be referred to.`,
      ];
    const variable: Variable = from === undefined ? { name, value: plainText(text) } : { name, valueFrom: from };
    draft.spec.env = [...(draft.spec.env ?? []).filter((other) => other.name !== name), variable];
    return ['taken', `spec.env: ${name}`];
  });
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
}
