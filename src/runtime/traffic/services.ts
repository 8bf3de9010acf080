import type { ApiConfig, ProxyConfig } from '../../artifacts/kinds/types.ts';
import { isFaulty, type Artifact, type Project } from '../../artifacts/model.ts';
import { FlowExchange, type ExchangeEnd, type Responder } from '../../engine/exchange.ts';
import type { Flow, Handlers } from '../../engine/faults.ts';
import type { Dispatcher, Intake, Library, Taken } from '../../engine/ports.ts';
import {
  defaultHandlers,
  mainFlows,
  proxyFlows,
  resourceFlows,
  type ServiceFlows,
} from '../../engine/service-flows.ts';
import { Fault } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Message } from '../../message/message.ts';
import type { IntegrationMetrics, ServiceMeter } from '../metrics/integration.ts';

/** One flow-bearing service: what an exchange needs beyond the message. */
export interface Service {
  /** "api Orders", "proxy Quote". */
  readonly origin: string;
  readonly flows: ServiceFlows;
  readonly meter: ServiceMeter | undefined;
  readonly log: Logger;
}

/** What takes a message that was consumed. */
export type IntakeTarget =
  | { readonly proxy: string; readonly sequence?: undefined }
  | { readonly proxy?: undefined; readonly sequence: string; readonly onError: string | undefined };

export interface ServicesParts {
  readonly project: Project;
  readonly library: Library;
  readonly metrics: IntegrationMetrics;
  readonly log: Logger;
}

/** The services of a project: APIs, proxies and the main sequence, with their flows made once. */
export class Services {
  readonly apis: readonly ApiConfig[];
  readonly #library: Library;
  readonly #metrics: IntegrationMetrics;
  readonly #handlers: Handlers | undefined;
  readonly #resources = new Map<ApiConfig['resources'][number], Service>();
  readonly #proxies = new Map<string, Service>();
  readonly #proxyConfigs = new Map<string, ProxyConfig>();
  readonly main: Service | undefined;

  constructor(parts: ServicesParts) {
    const { project, library, metrics, log } = parts;
    this.#metrics = metrics;
    this.#library = library;
    this.#handlers = defaultHandlers(library);
    const sound = project.artifacts.filter((artifact) => !isFaulty(artifact));
    this.apis = sound.filter((a): a is Artifact<ApiConfig> => a.kind === 'api').map((a) => a.config!);
    for (const api of this.apis) {
      const meter = metrics.service('api', api.name);
      const named = log.named(`api:${api.name}`);
      for (const resource of api.resources) {
        const flows = resourceFlows(api, resource, this.#handlers);
        this.#resources.set(resource, { origin: `api ${api.name}`, flows, meter, log: named });
      }
    }
    for (const artifact of sound.filter((a): a is Artifact<ProxyConfig> => a.kind === 'proxy')) {
      const proxy = artifact.config!;
      this.#proxyConfigs.set(proxy.name, proxy);
      if (!proxy.startOnLoad) continue;
      this.#proxies.set(proxy.name, {
        origin: `proxy ${proxy.name}`,
        flows: proxyFlows(proxy, this.#handlers),
        meter: metrics.service('proxy', proxy.name),
        log: log.named(`proxy:${proxy.name}`),
      });
    }
    this.main = library.sequence('main') && {
      origin: 'sequence main',
      flows: mainFlows(this.#handlers),
      meter: undefined,
      log,
    };
  }

  resource(resource: ApiConfig['resources'][number]): Service | undefined {
    return this.#resources.get(resource);
  }

  proxy(name: string): Service | undefined {
    return this.#proxies.get(name);
  }

  proxyConfig(name: string): ProxyConfig | undefined {
    return this.#proxyConfigs.get(name);
  }

  /** Runs a service for a message; never rejects. */
  async run(
    service: Service,
    message: Message,
    responder: Responder | undefined,
    signal: AbortSignal,
  ): Promise<ExchangeEnd> {
    const startedAt = performance.now();
    const exchange = new FlowExchange({
      origin: service.origin,
      library: this.#library,
      log: service.log,
      signal,
      ...(responder ? { responder } : {}),
      ...service.flows,
    });
    const end = await exchange.run(message);
    service.meter?.done((performance.now() - startedAt) / 1_000, end.failed);
    return end;
  }

  /** For consumers: each message runs a sequence, with its own onError before the project's, or a proxy. */
  intake(origin: string, target: IntakeTarget, log: Logger): Intake {
    const name = origin.slice(origin.indexOf(' ') + 1);
    const meter = target.proxy === undefined ? this.#metrics.service('inbound_endpoint', name) : undefined;
    let service: Service | undefined;
    return {
      origin,
      take: async (message, { signal, reply }) => {
        try {
          const responder = reply && { respond: reply };
          service ??= this.#serviceOf(target, { origin, meter, log });
          const end = await this.run(service, message, responder, signal);
          return takenFrom(message, end.fault);
        } catch (error) {
          const fault = Fault.from(error);
          log.error(fault.describe(), { code: fault.code });
          return { outcome: 'rollback', fault };
        }
      },
    };
  }

  /** For timers and processors: messages nobody waits for. */
  dispatcher(log: Logger): Dispatcher {
    const run = async (service: Service, message: Message, signal: AbortSignal): Promise<void> => {
      const end = await this.run(service, message, undefined, signal);
      if (end.fault) throw end.fault;
    };
    return {
      inject: async (sequence, message, origin, signal) => {
        const target = { sequence, onError: undefined };
        await run(this.#serviceOf(target, { origin, meter: undefined, log }), message, signal);
      },
      injectProxy: async (name, message, origin, signal) => {
        await run(this.#serviceOf({ proxy: name }, { origin, meter: undefined, log }), message, signal);
      },
    };
  }

  /** Throws Fault SEQUENCE_NOT_FOUND. A proxy is a service already, with an origin and a log of its own. */
  #serviceOf(target: IntakeTarget, own: Omit<Service, 'flows'>): Service {
    if (target.proxy !== undefined) {
      const proxy = this.#proxies.get(target.proxy);
      if (proxy) return proxy;
      throw new Fault('SEQUENCE_NOT_FOUND', { text: `The proxy service ${target.proxy} does not exist.` });
    }
    const { sequence, onError } = target;
    if (!this.#library.sequence(sequence)) throw new Fault('SEQUENCE_NOT_FOUND', { detail: { key: sequence } });
    const handlers: Handlers | undefined =
      onError === undefined ? this.#handlers : { name: 'onError', flow: runs(onError), outer: this.#handlers };
    return { ...own, flows: { inFlow: runs(sequence), outFlow: undefined, handlers } };
  }
}

function runs(sequence: string): Flow {
  return (message, scope) => scope.runSequence(sequence, message);
}

/** A flow that dealt with its own fault says by a property that the message is to be put back all the same. */
function takenFrom(message: Message, fault: Fault | undefined): Taken {
  const says = (name: string): boolean => {
    const { properties, axis2, conversation } = message;
    const value = properties.get(name) ?? axis2.get(name) ?? conversation.operation.get(name);
    return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
  };
  const withFault = fault ? { fault } : {};
  if (says('SET_REQUEUE_ON_ROLLBACK')) return { outcome: 'requeue', ...withFault };
  if (fault || says('SET_ROLLBACK_ONLY')) return { outcome: 'rollback', ...withFault };
  return { outcome: 'done' };
}
