import { formatPosition, type Problem } from '../../../../errors.ts';

/** What the options of the command line are called in an Integration. */
const fields: Readonly<Record<string, string>> = {
  '--pattern': 'spec.pattern',
  '--replicas': 'spec.replicas',
  '--max-replicas': 'spec.autoscaling.maxReplicas',
  '--keda': 'spec.autoscaling.followQueues',
  '--isolate': 'spec.isolate',
  '--image': 'spec.artifact.image',
  '--name': 'metadata.name',
  '--namespace': 'metadata.namespace',
  '--host': 'spec.expose.host',
  '--ingress-class': 'spec.expose.ingressClassName',
  '--tls-secret': 'spec.expose.tlsSecretName',
  '--gateway': 'spec.expose.gateway',
  '--pull-secret': 'spec.imagePullSecrets',
};

/** A problem as one line of a condition's message, in the words of an Integration. */
export function problemText({ at, code, text, hint }: Problem): string {
  const place = at.file.startsWith('--') ? (fields[at.file] ?? at.file) : formatPosition(at);
  const sentence = [text, hint].filter(Boolean).join(' ');
  return `${place}: ${code} ${sentence.replaceAll(/--[a-z-]+/g, (option) => fields[option] ?? option)}`;
}
