/** From the command line to the objects of a deployment: for whatever command prints, compares or applies them. */
import { decideSetting, manifestsOf, type Manifest, type ManifestSetting } from '../../../deploy/kubernetes/index.ts';
import { insideOf, planFor, type Plan } from '../../../deploy/plan/index.ts';
import type { Problem } from '../../../errors.ts';
import {
  integerOption,
  isolateOption,
  listOption,
  textOption,
  wordOption,
  type OptionSpec,
  type ParsedLine,
} from '../options.ts';
import type { Deployable } from './deployable.ts';
import { patternWords, readSizingOptions, sizingOptions } from './plan.ts';

/** What shapes the objects, beside `--registry` and `--env-file` of whatever reads a project. */
export const objectOptions: OptionSpec = {
  pattern: { type: 'string' },
  replicas: { type: 'string' },
  ...sizingOptions,
  'max-replicas': { type: 'string' },
  keda: { type: 'boolean' },
  isolate: { type: 'string', multiple: true },
  image: { type: 'string' },
  'pull-secret': { type: 'string', multiple: true },
  name: { type: 'string' },
  namespace: { type: 'string' },
  'ingress-class': { type: 'string' },
  host: { type: 'string' },
  'tls-secret': { type: 'string' },
  gateway: { type: 'string' },
  'load-balancer': { type: 'boolean' },
  peers: { type: 'boolean' },
};

export interface PlannedObjects {
  readonly plan: Plan;
  readonly setting: ManifestSetting;
  /** None when any problem is an error: nothing may be written or applied then. */
  readonly manifests: readonly Manifest[];
  /** Of the artifacts, the plan and the options. */
  readonly problems: readonly Problem[];
}

/** `known` goes before what the line says: an image that was just made, the namespace of a context. */
export function planObjects(
  line: ParsedLine,
  { project, problems: found, environment }: Deployable,
  known: { readonly image?: string | undefined; readonly namespace?: string | undefined } = {},
): PlannedObjects {
  const integer = (name: string): number | undefined =>
    line.values[name] === undefined ? undefined : integerOption(line, name, 0, 1, 500);
  const inside = insideOf(project);
  const plan = planFor(inside, {
    pattern: wordOption(line, 'pattern', patternWords, 'auto'),
    replicas: integer('replicas'),
    isolate: isolateOption(line),
    ...readSizingOptions(line),
  });
  const { setting, problems: decided } = decideSetting(plan, inside, {
    name: textOption(line, 'name'),
    namespace: known.namespace ?? textOption(line, 'namespace'),
    image: known.image ?? textOption(line, 'image'),
    pullSecrets: listOption(line, 'pull-secret'),
    maxReplicas: integer('max-replicas'),
    keda: line.values['keda'] === true,
    ingressClass: textOption(line, 'ingress-class'),
    host: textOption(line, 'host'),
    tlsSecret: textOption(line, 'tls-secret'),
    gateway: textOption(line, 'gateway'),
    loadBalancer: line.values['load-balancer'] === true,
    peers: line.values['peers'] === true,
    environment,
  });
  const problems = [...found, ...plan.problems, ...decided];
  const wrong = problems.some((problem) => problem.level === 'error');
  return { plan, setting, manifests: wrong ? [] : manifestsOf(plan, setting), problems };
}
