/** The values of helm-mi, the chart for WSO2 MI 4.5 and 4.6. */
import type { PullPolicy } from '../operator/resource/integration.ts';
import { imageToDo, takeVariables } from './ei-operator.ts';
import { notNeeded, take, toDo, type Draft, type Rule } from './rules.ts';

const inTheProject = 'Belongs to the artifacts: put it into deployment/deployment.toml of the project.';
const jvm = 'It was for the JVM and its thread pools.';
const aSecret = 'Put it into a Secret, and refer to it from spec.env by valueFrom.secretKeyRef.';
const start = 'It was for the start of the Java runtime.';
const managed = 'No users, and no control plane to report to: kubectl and the metrics tell.';
const always = 'It is so in every pod.';

/** An image has three values of the chart: the rule for each puts together what is known so far. */
function image(part: 'registry' | 'repository' | 'tag' | 'digest'): Rule['take'] {
  return (value, draft) => {
    const known = parts.get(draft) ?? {};
    parts.set(draft, { ...known, [part]: String(value) });
    const { registry, repository, tag, digest } = parts.get(draft)!;
    if (repository === undefined) return undefined;
    const name = [registry, repository].filter(Boolean).join('/');
    const reference = digest !== undefined ? `${name}@${digest}` : tag !== undefined ? `${name}:${tag}` : name;
    draft.spec.artifact = { image: reference };
    return part === 'repository' ? imageToDo(reference) : ['renamed', `spec.artifact.image: ${reference}`];
  };
}
const parts = new WeakMap<Draft, Partial<Record<'registry' | 'repository' | 'tag' | 'digest', string>>>();

export const helmRules: readonly Rule[] = [
  take('containerRegistry', image('registry')),
  take('wso2.deployment.image.repository', image('repository')),
  take('wso2.deployment.image.tag', image('tag')),
  take('wso2.deployment.image.digest', image('digest')),
  take('wso2.deployment.image.pullPolicy', (value, draft) => {
    draft.spec.imagePullPolicy = String(value) as PullPolicy;
    return ['renamed', 'spec.imagePullPolicy'];
  }),
  take('wso2.deployment.imagePullSecrets', (value, draft) => {
    draft.spec.imagePullSecrets = [value]
      .flat()
      .map((one) => (typeof one === 'string' ? one : (one as { name: string }).name));
    return ['renamed', 'spec.imagePullSecrets'];
  }),
  take('wso2.deployment.replicas', (value, draft) => {
    draft.spec.replicas = Number(value);
    return ['renamed', 'spec.replicas'];
  }),
  take('wso2.deployment.hpa.enabled', (_value, draft) => {
    draft.spec.autoscaling ??= { minReplicas: 2, maxReplicas: 3 };
    return ['renamed', 'spec.autoscaling'];
  }),
  take('wso2.deployment.hpa.minReplicas', (value, draft) => {
    if (draft.spec.autoscaling === undefined) return undefined;
    draft.spec.autoscaling = { ...draft.spec.autoscaling, minReplicas: Math.max(2, Number(value)) };
    return ['renamed', `spec.autoscaling.minReplicas: ${draft.spec.autoscaling.minReplicas}, two at least`];
  }),
  take('wso2.deployment.hpa.maxReplicas', (value, draft) => {
    if (draft.spec.autoscaling === undefined) return undefined;
    const least = (draft.spec.autoscaling.minReplicas ?? 2) + 1;
    draft.spec.autoscaling = { ...draft.spec.autoscaling, maxReplicas: Math.max(least, Number(value)) };
    return ['renamed', `spec.autoscaling.maxReplicas: ${draft.spec.autoscaling.maxReplicas}`];
  }),
  take(
    'wso2.deployment.hpa',
    (_value, draft) =>
      draft.spec.autoscaling && ['not needed', 'The autoscaler looks at CPU alone, 70 % of what is requested.'],
  ),
  take('wso2.deployment.hostname', (value, draft) => {
    draft.expose.host = String(value);
    return ['renamed', 'spec.expose.host'];
  }),
  take('wso2.ingress.enabled', (_value, draft) => {
    draft.expose.type = 'Ingress';
    delete draft.expose.gateway;
    return ['renamed', 'spec.expose.type: Ingress'];
  }),
  take('wso2.ingress.ingressClassName', (value, draft) => {
    draft.expose.ingressClassName = String(value);
    return ['renamed', 'spec.expose.ingressClassName'];
  }),
  take('wso2.ingress.tlsSecret', (value, draft) => {
    draft.expose.tlsSecretName = String(value);
    return ['renamed', 'spec.expose.tlsSecretName'];
  }),
  toDo('wso2.ingress', 'Annotations and rate limits are for one kind of controller: set them there.'),
  take('wso2.gatewayAPI.enabled', (_value, draft) => {
    if (draft.expose.type === 'Ingress') return ['not needed', 'There is an Ingress; it is one or the other here.'];
    draft.expose.type = 'Gateway';
    return ['renamed', 'spec.expose.type: Gateway'];
  }),
  take('wso2.gatewayAPI.gatewayName', (value, draft) => gateway(draft, { name: String(value) })),
  take('wso2.gatewayAPI.gatewayNamespace', (value, draft) => gateway(draft, { namespace: String(value) })),
  take('wso2.gatewayAPI', (_value, draft) =>
    draft.expose.type === 'Gateway'
      ? [
          'to do',
          'The Gateway itself, its class, listeners, certificates and limits, is yours: an Integration only has a route to it.',
        ]
      : undefined,
  ),
  take('wso2.deployment.envs', (value, draft, { path }) => {
    const name = path.slice('wso2.deployment.envs.'.length);
    return takeVariables(name === '' ? value : { [name]: value }, draft);
  }),
  take('wso2.deployment.annotations', (value, draft, { path }) => {
    const name = path.slice('wso2.deployment.annotations.'.length);
    if (name.startsWith('prometheus.io/wso2'))
      return ['not needed', 'Metrics are on the port called health, at /metrics.'];
    const annotations = { ...draft.spec.podTemplate?.annotations, [name]: String(value) };
    draft.spec.podTemplate = { ...draft.spec.podTemplate, annotations };
    return ['renamed', `spec.podTemplate.annotations: ${name}`];
  }),
  take('wso2.deployment.nodeSelector', (value, draft, { path }) => {
    const name = path.slice('wso2.deployment.nodeSelector.'.length);
    if (name === 'key' && value === 'value') return ['not needed', "It is the chart's example."];
    const nodeSelector = { ...draft.spec.podTemplate?.nodeSelector, [name]: String(value) };
    draft.spec.podTemplate = { ...draft.spec.podTemplate, nodeSelector };
    return ['renamed', `spec.podTemplate.nodeSelector: ${name}`];
  }),
  notNeeded(
    'wso2.deployment.resources',
    'What a JVM needed says nothing about this runtime: the plan recommends, spec.resources decides.',
  ),
  notNeeded('wso2.deployment.probes', 'A replica says by itself when it is ready, and starts within a second.'),
  notNeeded('wso2.deployment.securityContext', `${always} Pod Security "restricted", user 10802.`),
  notNeeded('wso2.deployment.strategy', `${always} A new pod serves before an old one goes.`),
  notNeeded('wso2.deployment.pdb', 'There is one as soon as there are two replicas.'),
  toDo(
    'wso2.deployment.JKSSecretName',
    'Mount the Secret with the keystores by spec.podTemplate.volumes; JKS, PKCS12 and PEM are read.',
  ),
  toDo('wso2.deployment.mountCapps', 'Artifacts come in the image, or as a ConfigMap: spec.artifact.'),
  notNeeded('wso2.deployment.BuildVersion', start),
  notNeeded('wso2.deployment.cmdArgs', start),
  notNeeded('wso2.deployment.synapseTest', start),
  notNeeded('wso2.deployment.configMaps', start),
  notNeeded('wso2.subscription', 'No subscription is asked for.'),
  notNeeded('wso2.config.coordination', 'The API server is the arbiter: no database, no node id.'),
  notNeeded('wso2.config.portOffset', 'Requests come to port 80 of the Service.'),
  toDo('wso2.config.keyStore', aSecret),
  toDo('wso2.config.trustStore', aSecret),
  toDo('wso2.config.secureVault', aSecret),
  toDo('wso2.config.vault', aSecret),
  toDo('wso2.config.fileProperties', 'Put it into conf/file.properties of the project.'),
  toDo('wso2.config.synapseProperties', inTheProject),
  toDo('wso2.config.synapseHandlers', 'Java classes cannot run here: gantry check says what each flow needs.'),
  toDo('wso2.config.transport.jndi', inTheProject),
  toDo('wso2.config.transport.jms', inTheProject),
  toDo('wso2.config.transport.rabbitmq', inTheProject),
  notNeeded('wso2.config.transport', jvm),
  notNeeded('wso2.config.mediation', jvm),
  notNeeded('wso2.config.messageFormatters', 'Content types are known by themselves.'),
  notNeeded('wso2.config.messageBuilders', 'Content types are known by themselves.'),
  toDo('wso2.config.serviceCatalog', 'Nothing is published to a service catalog.'),
  notNeeded('wso2.config.admin', managed),
  notNeeded('wso2.config.userstore', managed),
  notNeeded('wso2.config.managementApi', managed),
  notNeeded('wso2.config.icp', managed),
  notNeeded('wso2.config.analytics', managed),
  toDo('wso2.config.opentelemetry', 'Nothing is exported to OpenTelemetry; metrics are at /metrics.'),
  toDo('aws', aSecret),
  toDo('azure', aSecret),
  toDo('gcp', aSecret),
  notNeeded('provider', 'The cloud makes no difference.'),
];

function gateway(draft: Draft, part: { name?: string; namespace?: string }): ReturnType<Rule['take']> {
  if (draft.expose.type !== 'Gateway') return undefined;
  draft.expose.gateway = { ...draft.expose.gateway, ...part } as NonNullable<Draft['expose']['gateway']>;
  return ['renamed', `spec.expose.gateway.${Object.keys(part).join()}`];
}
