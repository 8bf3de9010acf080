import type { Problem } from '../../../errors.ts';
import type { Inside, Plan } from '../../plan/index.ts';
import { error, warning } from '../../plan/problems.ts';
import { defaultImage, isName, isNamespace, isObjectName, longestName, toName } from '../names.ts';
import { doorsOf } from './doors.ts';
import { queueProblems, queuesOf } from './queues.ts';
import { secretName, type ManifestSetting } from './setting.ts';
import { badWaysIn, waysIn } from './ways-in.ts';

/** What was written on the command line; undefined: nothing. */
export interface ManifestRequest {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly image?: string | undefined;
  readonly maxReplicas?: number | undefined;
  /** KEDA adds the replicas, by the depth of queues as well. */
  readonly keda?: boolean | undefined;
  readonly ingressClass?: string | undefined;
  readonly host?: string | undefined;
  readonly tlsSecret?: string | undefined;
  /** "NAME", or "NAMESPACE/NAME". */
  readonly gateway?: string | undefined;
  readonly loadBalancer?: boolean | undefined;
  readonly pullSecrets?: readonly string[] | undefined;
  readonly peers?: boolean | undefined;
  /** From .env and --env-file, secrets included. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** What fills the placeholders of ports and queues, where that is not `environment`. */
  readonly placeholders?: Readonly<Record<string, string>> | undefined;
}

export interface DecidedSetting {
  readonly setting: ManifestSetting;
  readonly problems: readonly Problem[];
}

/** Fills in what was not said, and says what is wrong with what was. Pure. */
export function decideSetting(plan: Plan, inside: Inside, request: ManifestRequest): DecidedSetting {
  const name = request.name ?? toName(plan.name);
  const { digest } = inside;
  const values = request.placeholders ?? request.environment ?? {};
  const queues = request.keda === true ? queuesOf(inside, values) : undefined;
  const { open, secret } = partSecrets(request.environment ?? {});
  const setting: ManifestSetting = {
    name,
    namespace: request.namespace ?? 'default',
    image: request.image ?? defaultImage(name, digest),
    digest,
    maxReplicas: request.maxReplicas,
    queues: queues?.triggers,
    ...waysIn(request),
    doors: doorsOf(inside, values),
    pullSecrets: request.pullSecrets ?? [],
    peers: request.peers ?? false,
    environment: open,
  };
  return {
    setting,
    problems: [
      ...badNames(setting),
      ...badWaysIn(request, setting),
      ...imageProblems(setting),
      ...scaling(plan, setting),
      ...queueProblems(queues, setting),
      ...kept(secret, setting),
    ],
  };
}

function badNames({ name, namespace, pullSecrets }: ManifestSetting): Problem[] {
  const problems: Problem[] = [];
  if (!isName(name)) {
    const hint = `Lower-case letters, digits and dashes, at most ${longestName}: ${toName(name)}.`;
    problems.push(error('BAD_NAME', '--name', `"${name}" cannot name the objects.`, hint));
  }
  if (!isNamespace(namespace)) {
    const hint = 'Lower-case letters, digits and dashes, at most 63.';
    problems.push(error('BAD_NAME', '--namespace', `"${namespace}" is no name of a namespace.`, hint));
  }
  for (const secret of pullSecrets) {
    if (isObjectName(secret)) continue;
    const hint = 'The name of a Secret of type kubernetes.io/dockerconfigjson.';
    problems.push(error('BAD_NAME', '--pull-secret', `"${secret}" is no name of a Secret.`, hint));
  }
  return problems;
}

function imageProblems({ image }: ManifestSetting): Problem[] {
  if (!/^[a-z0-9][\w.\-/:@]*$/i.test(image))
    return [error('BAD_IMAGE', '--image', `"${image}" is no image.`, 'HOST/NAME:TAG, or HOST/NAME@sha256:DIGEST.')];
  const last = image.slice(image.lastIndexOf('/') + 1);
  if (last.includes(':') && !last.endsWith(':latest')) return [];
  const text = `${image} can be another image tomorrow: nodes that have it already keep the old one.`;
  return [warning('IMAGE_NOT_FIXED', '--image', text, 'Give a tag that is used once, or a digest.')];
}

function scaling(plan: Plan, { maxReplicas }: ManifestSetting): Problem[] {
  if (maxReplicas === undefined) return [];
  if (plan.pattern === 'single') {
    const hint = 'Leave it out, or choose another pattern.';
    return [error('SINGLE_SCALED', '--max-replicas', 'Pattern single has one replica and no more.', hint)];
  }
  if (maxReplicas > Math.max(2, plan.replicas)) return [];
  const text = `At most ${maxReplicas} and at least ${Math.max(2, plan.replicas)} leave nothing to decide.`;
  return [error('BAD_NUMBER', '--max-replicas', text, 'Give more than --replicas, or leave it out.')];
}

/** A password does not belong where everyone may read it, nor into Git. */
function partSecrets(all: Readonly<Record<string, string>>): {
  readonly open: Readonly<Record<string, string>>;
  readonly secret: readonly string[];
} {
  const isSecret = (name: string): boolean => /passw(or)?d|secret|token|credential|private_?key|api_?key/i.test(name);
  const names = Object.keys(all).toSorted();
  return {
    open: Object.fromEntries(names.filter((name) => !isSecret(name)).map((name) => [name, all[name]!])),
    secret: names.filter(isSecret),
  };
}

function kept(names: readonly string[], setting: ManifestSetting): Problem[] {
  const literals = names.map((name) => ` --from-literal=${name}=...`).join('');
  const name = secretName(setting);
  return names.length === 0
    ? []
    : [
        warning(
          'SECRET_KEPT_BACK',
          '--env-file',
          `${names.join(', ')} ${names.length === 1 ? 'looks' : 'look'} secret and ${names.length === 1 ? 'is' : 'are'} not written into the manifests.`,
          `kubectl -n ${setting.namespace} create secret generic ${name}${literals}`,
        ),
      ];
}
