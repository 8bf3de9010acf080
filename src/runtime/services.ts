import type { ApiConfig, ProxyConfig } from '../artifacts/kinds/types.ts';
import { isFaulty, type Artifact, type Project } from '../artifacts/model.ts';
import { FlowExchange, type ExchangeEnd, type Responder } from '../engine/exchange.ts';
import type { Handlers } from '../engine/faults.ts';
import type { Dispatcher, Library } from '../engine/ports.ts';
import { defaultHandlers, mainFlows, proxyFlows, resourceFlows, type ServiceFlows } from '../engine/service-flows.ts';
import { Fault } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Message } from '../message/message.ts';
import type { IntegrationMetrics, ServiceMeter } from './metrics/integration.ts';

/** One flow-bearing service: what an exchange needs beyond the message. */
export interface Service {
  /** "api Orders", "proxy Quote". */
  readonly origin: string;
  readonly flows: ServiceFlows;
  readonly meter: ServiceMeter | undefined;
  readonly log: Logger;
}

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
  readonly #handlers: Handlers | undefined;
  readonly #resources = new Map<ApiConfig['resources'][number], Service>();
  readonly #proxies = new Map<string, Service>();
  readonly #proxyConfigs = new Map<string, ProxyConfig>();
  readonly main: Service | undefined;

  constructor(parts: ServicesParts) {
    const { project, library, metrics, log } = parts;
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

  /** For timers, pollers and processors: messages nobody waits for. */
  dispatcher(log: Logger): Dispatcher {
    const run = async (service: Service, message: Message, signal: AbortSignal): Promise<void> => {
      const end = await this.run(service, message, undefined, signal);
      if (end.fault) throw end.fault;
    };
    return {
      inject: async (sequence, message, origin, signal) => {
        if (!this.#library.sequence(sequence)) throw new Fault('SEQUENCE_NOT_FOUND', { detail: { key: sequence } });
        const flows: ServiceFlows = {
          inFlow: (m, scope) => scope.runSequence(sequence, m),
          outFlow: undefined,
          handlers: this.#handlers,
        };
        await run({ origin, flows, meter: undefined, log }, message, signal);
      },
      injectProxy: async (name, message, _origin, signal) => {
        const proxy = this.#proxies.get(name);
        if (!proxy) throw new Fault('SEQUENCE_NOT_FOUND', { text: `The proxy service ${name} does not exist.` });
        await run(proxy, message, signal);
      },
    };
  }
}
