/**
 * What the kubelet puts into every pod:
 *
 *   KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT    address of the API server; the host may be an IPv6 address
 *   /var/run/secrets/kubernetes.io/serviceaccount/
 *     token        bearer token, replaced from time to time
 *     ca.crt       who signed the API server's certificate; replaced when that is renewed
 *     namespace    the pod's
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReplacedFile, tokenFromFile, type Access } from './access.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Undefined outside a pod. */
export function inClusterAccess(
  env: Environment,
  folder: string = serviceAccount,
  now?: () => number,
): Access | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (!host) return undefined;
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), 'utf8');
    } catch (cause) {
      throw new Error(
        `this is a pod, but ${join(folder, name)} cannot be read: ` +
          'give it a service account, and leave automountServiceAccountToken on',
        { cause },
      );
    }
  };
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  const ca = new ReplacedFile(() => read('ca.crt'), now);
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: read('namespace').trim(),
    tls: {
      get ca() {
        return ca.current;
      },
    },
    token: tokenFromFile(() => read('token'), now),
  };
}
