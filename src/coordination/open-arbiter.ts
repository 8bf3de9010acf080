import type { Logger } from '../log.ts';
import type { OpenedArbiter } from './arbiter.ts';
import type { CoordinationEvent } from './events.ts';

export interface ArbiterContext {
  /** Name of the deployment: several may share one namespace or database, and must not see each other. [a-z0-9-]. */
  readonly deployment: string;
  /** The pod this process runs in, where there is one. */
  readonly pod?: { readonly name: string; readonly uid: string };
  /**
   * How long an answer may take before the arbiter counts as away, ms. A member needs to know soon, which is what it gets
   * when left out; who gives an order can wait.
   */
  readonly patienceMs?: number;
  readonly log: Logger;
}

/**
 * Opens the arbiter that an address names; its driver is loaded only then.
 *
 *   kubernetes                        the API server: in a pod by its service account, elsewhere by KUBECONFIG
 *   kubernetes:NAMESPACE              the same, in another namespace than one's own
 *   postgres://USER:PASSWORD@HOST:PORT/DATABASE              options for TLS: arbiters/sql/address.ts
 *   mysql://USER:PASSWORD@HOST:PORT/DATABASE, mariadb://...
 *   sqlite:FILE                       for processes on one machine
 *
 * Resolves without having reached it: an arbiter that is away answers when it is back. Rejects with a sentence for
 * people when the address cannot be understood or credentials are missing.
 */
export async function openArbiter(address: string, context: ArbiterContext): Promise<OpenedArbiter> {
  const scheme = address.split(':', 1)[0];
  switch (scheme) {
    case 'kubernetes': {
      const { openKubernetesArbiter } = await import('./arbiters/kubernetes/open.ts');
      return openKubernetesArbiter(address, context);
    }
    case 'postgres':
    case 'postgresql':
    case 'mysql':
    case 'mariadb': {
      const { openSqlArbiter } = await import('./arbiters/sql/open.ts');
      return openSqlArbiter(address, context);
    }
    case 'sqlite': {
      const { openSqliteArbiter } = await import('./arbiters/sqlite.ts');
      return openSqliteArbiter(address, context);
    }
    default:
      // Not the whole address: there may be a password in it.
      throw new Error(
        `"${scheme}" names no arbiter: use kubernetes, postgres://..., mysql://..., mariadb://... or sqlite:FILE; ` +
          `the deployment is "${context.deployment}"`,
      );
  }
}

/** Where else what happens to members is told, besides the log; it never throws and nobody waits for it. */
export interface EventSink extends AsyncDisposable {
  take(event: CoordinationEvent): void;
}

/** Kubernetes has a place for events; other arbiters have none. */
export async function openEventSink(address: string, context: ArbiterContext): Promise<EventSink | undefined> {
  if (address.split(':', 1)[0] !== 'kubernetes') return undefined;
  const { openKubernetesEvents } = await import('./arbiters/kubernetes/open.ts');
  return openKubernetesEvents(address, context);
}
