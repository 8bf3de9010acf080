/** How requests come in from outside of the cluster: by an Ingress, a Gateway, an address of its own, or not at all. */
import type { Problem } from '../../../errors.ts';
import { error } from '../../plan/problems.ts';
import { isHost, isNamespace, isObjectName } from '../names.ts';
import type { ManifestRequest } from './decide-setting.ts';
import type { ManifestSetting } from './setting.ts';

type WaysIn = Pick<ManifestSetting, 'ingress' | 'route' | 'loadBalancer'>;

/** A host belongs to the Gateway where one is named, and to an Ingress otherwise. */
export function waysIn({ ingressClass, host, tlsSecret, gateway, loadBalancer }: ManifestRequest): WaysIn {
  const wantsIngress = ingressClass !== undefined || (host !== undefined && gateway === undefined);
  const [name, namespace] = (gateway ?? '').split('/').toReversed();
  return {
    ingress: wantsIngress ? { className: ingressClass, host, tlsSecret } : undefined,
    route: gateway === undefined ? undefined : { gateway: name!, gatewayNamespace: namespace, host },
    loadBalancer: loadBalancer ?? false,
  };
}

export function badWaysIn(request: ManifestRequest, { ingress, route }: ManifestSetting): Problem[] {
  const problems: Problem[] = [];
  const { host, tlsSecret, gateway } = request;
  if (host !== undefined && !isHost(host)) {
    const hint = 'A name in lower case, without a port: orders.example.com.';
    problems.push(error('BAD_NAME', '--host', `"${host}" is no host name.`, hint));
  }
  if (tlsSecret !== undefined && !isObjectName(tlsSecret)) {
    const hint = 'The name of a Secret of type kubernetes.io/tls.';
    problems.push(error('BAD_NAME', '--tls-secret', `"${tlsSecret}" is no name of a Secret.`, hint));
  }
  if (tlsSecret !== undefined && ingress === undefined) {
    const hint =
      route === undefined
        ? 'Give --host or --ingress-class as well.'
        : 'Name the Secret in the listener of the Gateway, and leave it out here.';
    problems.push(error('TLS_WITHOUT_INGRESS', '--tls-secret', 'There is no Ingress that would use it.', hint));
  }
  const inOwnNamespace = route?.gatewayNamespace === undefined || isNamespace(route.gatewayNamespace);
  if (route !== undefined && !(isObjectName(route.gateway) && inOwnNamespace && gateway!.split('/').length <= 2)) {
    const hint = 'NAME of a Gateway in the same namespace, or NAMESPACE/NAME.';
    problems.push(error('BAD_NAME', '--gateway', `"${gateway}" is no Gateway.`, hint));
  }
  return problems;
}
