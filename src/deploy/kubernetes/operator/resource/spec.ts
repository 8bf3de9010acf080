/** What a user writes below `spec` of an Integration. */
import {
  asIn,
  byDefault,
  content,
  integer,
  list,
  object,
  oneOf,
  quantities,
  required,
  text,
  texts,
  yesNo,
  type Field,
  type FieldsOf,
} from './schema.ts';
import type {
  ArtifactSource,
  Autoscaling,
  Expose,
  IntegrationSpec,
  IsolatedGroup,
  KeyOf,
  PodChanges,
  Resources,
  Update,
  Variable,
  Volume,
  VolumeMount,
} from './integration.ts';

/** RFC 1123: names of ConfigMaps, Secrets, Gateways. */
const objectName = '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$';
const label = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
const host = '^(\\*\\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\\.)*[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

const pullPolicies = ['Always', 'IfNotPresent', 'Never'] as const;

const keyOf = (what: string): Field<KeyOf> =>
  object<KeyOf>(
    { doc: `A key of a ${what} in the same namespace.` },
    {
      name: required(text({ doc: `Name of the ${what}.`, pattern: objectName })),
      key: required(text({ doc: 'The key.' })),
      optional: yesNo({ doc: 'Whether the pods start without it.' }),
    },
  );

const environmentVariable = object<Variable>(
  {
    doc: 'One variable.',
    rules: [
      { rule: '!(has(self.value) && has(self.valueFrom))', message: 'set either value or valueFrom, not both' },
      { rule: "!self.name.startsWith('GANTRY_')", message: 'names that begin with GANTRY_ are set by the operator' },
    ],
  },
  {
    name: required(text({ doc: 'Its name.', pattern: '^[-._a-zA-Z][-._a-zA-Z0-9]*$' })),
    value: content({ doc: 'Its value. For passwords use valueFrom.' }),
    valueFrom: object<NonNullable<Variable['valueFrom']>>(
      {
        doc: 'Where its value is.',
        rules: [
          {
            rule: 'has(self.secretKeyRef) != has(self.configMapKeyRef)',
            message: 'exactly one of secretKeyRef, configMapKeyRef',
          },
        ],
      },
      { secretKeyRef: keyOf('Secret'), configMapKeyRef: keyOf('ConfigMap') },
    ),
  },
);

const artifact = object<ArtifactSource>(
  {
    doc: 'What is run. Exactly one of the three.',
    rules: [
      {
        rule: '[has(self.image), has(self.configMap), has(self.oci)].filter(x, x).size() == 1',
        message: 'exactly one of image, configMap, oci',
      },
    ],
  },
  {
    image: text({
      doc: 'An image made by `gantry image`. A tag that is used once, or a digest: what a tag means on each node, nobody can know.',
      longest: 512,
    }),
    configMap: object<NonNullable<ArtifactSource['configMap']>>(
      { doc: 'A ConfigMap of the same namespace whose keys are the files: XML, `.car`, `deployment.toml`.' },
      { name: required(text({ doc: 'Its name.', pattern: objectName })) },
    ),
    oci: object<NonNullable<ArtifactSource['oci']>>(
      {
        doc: 'An OCI artifact, mounted as an image volume. Needs a cluster that has them: Kubernetes 1.35, or the feature gate ImageVolume.',
      },
      {
        reference: required(text({ doc: 'Where it is.', longest: 512 })),
        pullPolicy: byDefault('IfNotPresent', oneOf(pullPolicies, { doc: 'When it is pulled.' })),
      },
    ),
  },
);

const expose = object<Expose>(
  {
    doc: 'How requests reach it. Without it: a Service within the cluster.',
    rules: [
      {
        rule: "(has(self.type) && self.type == 'Gateway') == has(self.gateway)",
        message: 'type Gateway needs gateway, and no other type has one',
        fieldPath: '.gateway',
      },
      {
        rule: "!has(self.tlsSecretName) || (has(self.type) && self.type == 'Ingress')",
        message: 'only an Ingress takes tlsSecretName: a Gateway has its certificates itself',
        fieldPath: '.tlsSecretName',
      },
    ],
  },
  {
    type: byDefault('Service', oneOf(['Service', 'LoadBalancer', 'Ingress', 'Gateway'], { doc: 'Which way in.' })),
    host: text({ doc: 'Under which name it is reached through Ingress or Gateway.', pattern: host }),
    ingressClassName: text({
      doc: "Which Ingress controller serves it; by default the cluster's.",
      pattern: objectName,
    }),
    tlsSecretName: text({ doc: 'Secret of type kubernetes.io/tls, for an Ingress.', pattern: objectName }),
    gateway: object<NonNullable<Expose['gateway']>>(
      { doc: 'The Gateway (Gateway API) that leads requests here.' },
      {
        name: required(text({ doc: 'Its name.', pattern: objectName })),
        namespace: text({ doc: 'Where it is; by default here.', pattern: label, longest: 63 }),
      },
    ),
  },
);

const autoscaling = object<Autoscaling>(
  {
    doc: 'Adds and removes replicas of POD 1 by CPU use, and by what waits in queues.',
    rules: [
      {
        rule: 'self.maxReplicas > self.minReplicas',
        message: 'maxReplicas must be more than minReplicas',
        fieldPath: '.maxReplicas',
      },
    ],
  },
  {
    minReplicas: byDefault(2, integer({ doc: 'Never fewer.', min: 2, max: 499 })),
    maxReplicas: required(integer({ doc: 'Never more.', min: 3, max: 500 })),
    followQueues: yesNo({
      doc: 'Also by the depth of the queues that every replica consumes from (`scale=shared`, `coordination=false`). Needs KEDA; passwords for it are in the Secret NAME-keda.',
    }),
  },
);

const group = object<IsolatedGroup>(
  { doc: 'A group of stateful artifacts that runs in a pod of its own.' },
  {
    group: required(text({ doc: "Its name; becomes part of a Deployment's.", pattern: label, longest: 40 })),
    artifacts: required(
      list(text({ doc: '"name" or "kind/name".', longest: 128 }), {
        doc: 'Its artifacts, each "name" or "kind/name".',
        set: true,
        most: 256,
        least: 1,
      }),
    ),
  },
);

const resources = object<Resources>(
  { doc: 'Of the container of every pod, instead of what the plan recommends.' },
  {
    requests: quantities({ doc: 'What is set aside for it.' }),
    limits: quantities({ doc: 'What it may use at most. A CPU limit costs leases.' }),
  },
);

const update = object<Update>(
  { doc: 'How a change is rolled out.' },
  {
    onFailure: byDefault(
      'Stop',
      oneOf(['Stop', 'Rollback'], {
        doc: 'When a change does not get ready: stop there, the old version going on serving, or go back to the last revision that served.',
      }),
    ),
    deadlineSeconds: byDefault(
      120,
      integer({ doc: 'A change that gets no further for so long has failed.', min: 30, max: 3600 }),
    ),
    keepRevisions: byDefault(10, integer({ doc: 'So many earlier revisions are kept.', min: 1, max: 20 })),
  },
);

const podTemplate = object<PodChanges>(
  {
    doc: 'What may be changed of the pods, and nothing else: security context, probes and commands are not up for change.',
    rules: [
      {
        rule: "!has(self.labels) || self.labels.all(k, !k.startsWith('app.kubernetes.io/') && !k.startsWith('gantry.dev/'))",
        message: 'labels of app.kubernetes.io/ and gantry.dev/ are set by the operator',
        fieldPath: '.labels',
      },
      {
        rule: "!has(self.annotations) || self.annotations.all(k, !k.startsWith('gantry.dev/'))",
        message: 'annotations of gantry.dev/ are set by the operator',
        fieldPath: '.annotations',
      },
    ],
  },
  {
    labels: texts({ doc: 'Added to those of every pod.' }),
    annotations: texts({ doc: 'Added to those of every pod.' }),
    nodeSelector: texts({ doc: 'Labels a worker node must have.' }),
    tolerations: list(asIn('toleration', { doc: 'As in a pod.' }), { doc: 'Added to those of every pod.', most: 32 }),
    affinity: asIn('affinity', { doc: 'As in a pod.' }),
    priorityClassName: text({ doc: 'As in a pod.', pattern: objectName }),
    runtimeClassName: text({ doc: 'As in a pod.', pattern: objectName }),
    terminationGracePeriodSeconds: integer({
      doc: 'As in a pod; what is in hand must be done by then.',
      min: 10,
      max: 3600,
    }),
    volumes: list(
      object<Volume>(
        {
          doc: 'One volume.',
          rules: [
            {
              rule: '[has(self.configMap), has(self.secret), has(self.persistentVolumeClaim), has(self.emptyDir)].filter(x, x).size() == 1',
              message: 'exactly one of configMap, secret, persistentVolumeClaim, emptyDir',
            },
            { rule: "!(self.name in ['tmp', 'artifacts'])", message: 'the names tmp and artifacts are taken' },
          ],
        },
        {
          name: required(text({ doc: 'Its name.', pattern: label, longest: 63 })),
          configMap: asIn('configMap', { doc: 'As in a pod.' }),
          secret: asIn('secret', { doc: 'As in a pod.' }),
          persistentVolumeClaim: asIn('persistentVolumeClaim', { doc: 'As in a pod.' }),
          emptyDir: asIn('emptyDir', { doc: 'As in a pod.' }),
        },
      ),
      { doc: 'For certificates, drivers and shared folders.', key: ['name'], most: 32 },
    ),
    volumeMounts: list(
      object<VolumeMount>(
        {
          doc: 'One mount.',
          rules: [
            {
              rule: "!(self.mountPath == '/tmp' || self.mountPath == '/app' || self.mountPath.startsWith('/app/'))",
              message: 'mountPath must not be /tmp or in /app',
            },
          ],
        },
        {
          name: required(text({ doc: 'Of the volume.', pattern: label, longest: 63 })),
          mountPath: required(text({ doc: 'Where.', pattern: '^/', longest: 512 })),
          subPath: text({ doc: 'What of it.', longest: 512 }),
          readOnly: yesNo({ doc: 'Whether it can only be read.' }),
        },
      ),
      { doc: 'Where the volumes are.', key: ['mountPath'], most: 32 },
    ),
  },
);

const specFields: FieldsOf<IntegrationSpec> = {
  artifact: required(artifact),
  pattern: byDefault(
    'Auto',
    oneOf(['Auto', 'Single', 'Replicated', 'Coordinated', 'Isolated'], {
      doc: 'The deployment pattern. Auto: what the artifacts need.',
    }),
  ),
  replicas: integer({ doc: 'Replicas of POD 1; by default two, or one in pattern Single.', min: 1, max: 500 }),
  autoscaling,
  isolate: list(group, { doc: 'Groups with a pod of their own, in pattern Isolated.', key: ['group'], most: 64 }),
  expose,
  env: list(environmentVariable, { doc: 'Settings of the project.', key: ['name'], most: 256 }),
  resources,
  imagePullPolicy: oneOf(pullPolicies, { doc: 'When images are pulled.' }),
  imagePullSecrets: list(text({ doc: 'Name of a Secret.', pattern: objectName }), {
    doc: 'Secrets of type kubernetes.io/dockerconfigjson that images are pulled with.',
    set: true,
    most: 16,
  }),
  peers: yesNo({
    doc: 'Replicas promise each other to leave their leases alone, so that a steady state needs no API server.',
  }),
  update,
  paused: yesNo({ doc: 'Nothing is changed while this is true; the status is kept up to date.' }),
  podTemplate,
};

export const spec: Field<IntegrationSpec> & { readonly required: true } = required(
  object<IntegrationSpec>(
    {
      doc: 'What is wanted.',
      rules: [
        {
          rule: "!(has(self.pattern) && self.pattern == 'Single' && has(self.replicas) && self.replicas > 1)",
          message: 'pattern Single is one replica',
          fieldPath: '.replicas',
        },
        {
          rule: "!(has(self.pattern) && self.pattern == 'Single' && has(self.autoscaling))",
          message: 'pattern Single has one replica and no more',
          fieldPath: '.autoscaling',
        },
        {
          rule: '!(has(self.autoscaling) && has(self.replicas))',
          message: 'set either replicas or autoscaling, not both',
          fieldPath: '.replicas',
        },
        {
          rule: "!has(self.isolate) || size(self.isolate) == 0 || !has(self.pattern) || self.pattern in ['Auto', 'Isolated']",
          message: 'isolate needs pattern Isolated or Auto',
          fieldPath: '.isolate',
        },
      ],
    },
    specFields,
  ),
);
