/** Where requests reach a deployment, and what is wrong with that. */
import { ApiError } from '../../../../coordination/arbiters/kubernetes/api-error.ts';
import { kinds, type Cluster, type KubernetesObject } from '../../../../deploy/kubernetes/index.ts';

interface IngressLike extends KubernetesObject {
  readonly spec: {
    readonly ingressClassName?: string;
    readonly tls?: readonly unknown[];
    readonly rules?: readonly { readonly host?: string }[];
  };
}

/** A sentence when the class does not exist, with those there are; whoever may not look is told nothing. */
export async function ingressWarning(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const ingress = objects.find(({ kind }) => kind === 'Ingress') as IngressLike | undefined;
  if (ingress === undefined) return undefined;
  const wanted = ingress.spec.ingressClassName;
  try {
    const classes = await cluster.list({ kind: kinds.ingressClasses }, signal);
    const names = classes.map(({ metadata }) => metadata.name);
    const there =
      names.length === 0 ? 'This cluster has none' : `There ${names.length === 1 ? 'is' : 'are'}: ${names.join(', ')}`;
    if (wanted !== undefined)
      return names.includes(wanted)
        ? undefined
        : `NO_INGRESS_CLASS There is no Ingress class "${wanted}": nobody will serve the Ingress. ${there}.`;
    const usual = 'ingressclass.kubernetes.io/is-default-class';
    return classes.some(({ metadata }) => metadata.annotations?.[usual] === 'true')
      ? undefined
      : `NO_INGRESS_CLASS No Ingress class is the default: say which by --ingress-class. ${there}.`;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

export interface WayIn {
  readonly url: string;
  /** Why it may not be of use yet. */
  readonly trouble: string | undefined;
}

/** Through an Ingress, a LoadBalancer, a Gateway's route; else from inside the cluster only. */
export function waysIn(objects: readonly KubernetesObject[]): readonly WayIn[] {
  return objects.flatMap((object): readonly WayIn[] => {
    if (object.kind === 'Ingress') return ofIngress(object as IngressLike);
    if (object.kind === 'HTTPRoute') return ofRoute(object);
    return object.kind === 'Service' ? [ofService(object)] : [];
  });
}

function ofIngress(ingress: IngressLike): readonly WayIn[] {
  const scheme = ingress.spec.tls === undefined ? 'http' : 'https';
  const [address] = addressesOf(ingress);
  return (ingress.spec.rules ?? [{}]).map(({ host }) => ({
    url: `${scheme}://${host ?? address ?? '*'}/`,
    trouble: address === undefined ? 'its Ingress has no address yet, or its controller does not say' : undefined,
  }));
}

function ofRoute({ spec, metadata }: KubernetesObject): readonly WayIn[] {
  const { hostnames = ['*'], parentRefs = [] } = spec as {
    readonly hostnames?: readonly string[];
    readonly parentRefs?: readonly { readonly name: string }[];
  };
  const through = parentRefs.map(({ name }) => name).join(', ');
  return hostnames.map((host) => ({
    url: `http://${host}/ (Gateway ${through}, route ${metadata.name})`,
    trouble: undefined,
  }));
}

function ofService(service: KubernetesObject): WayIn {
  const { type = 'ClusterIP' } = service.spec as { readonly type?: string };
  const { name, namespace } = service.metadata;
  const inside = `http://${name}.${namespace}.svc/ (inside the cluster)`;
  if (type !== 'LoadBalancer') return { url: inside, trouble: undefined };
  const [address] = addressesOf(service);
  if (address !== undefined) return { url: `http://${address}/`, trouble: undefined };
  const trouble =
    'its LoadBalancer has no address: it may take a minute, and never comes where the cluster has no controller for it';
  return { url: inside, trouble };
}

function addressesOf({ status }: KubernetesObject): readonly string[] {
  const { loadBalancer } = (status ?? {}) as {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
  };
  return (loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => hostname ?? ip ?? []);
}
