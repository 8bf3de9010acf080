import type { ApiConfig, FlowConfig, ProxyConfig, ResourceConfig } from '../artifacts/kinds/types.ts';
import type { Message } from '../message/message.ts';
import type { Flow, Handlers } from './faults.ts';
import type { Endpoint, Library, Outcome } from './ports.ts';
import { FlowScope, keyText } from './scope.ts';

/** The flows of one API resource or proxy, ready for an exchange. */
export interface ServiceFlows {
  readonly inFlow: Flow;
  readonly outFlow: Flow | undefined;
  readonly handlers: Handlers | undefined;
}

/** A flow by name or in place; one in place may have an onError of its own. */
export function flowOf(config: FlowConfig | undefined): Flow | undefined {
  if (!config) return undefined;
  const { key } = config;
  if (key) return (message, scope) => scope.runSequence(keyText(key, message), message);
  const { steps, onError } = config;
  if (onError === undefined) return (message, scope) => scope.run(steps, message);
  return (message, scope) => (scope as FlowScope).runNamed({ name: '(in place)', steps, onError }, message);
}

/** The project's own `fault` sequence is the last resort, when there is one. Source: Synapse, default fault sequence. */
export function defaultHandlers(library: Library): Handlers | undefined {
  if (!library.sequence('fault')) return undefined;
  return { name: 'fault', flow: (message, scope) => scope.runSequence('fault', message), outer: undefined };
}

function handlersOf(fault: FlowConfig | undefined, outer: Handlers | undefined): Handlers | undefined {
  const flow = flowOf(fault);
  // An empty <faultSequence/> handles the fault by doing nothing; the client then gets an empty 202, as in MI.
  return flow ? { name: 'faultSequence', flow, outer } : outer;
}

export function resourceFlows(api: ApiConfig, resource: ResourceConfig, outer: Handlers | undefined): ServiceFlows {
  return {
    inFlow: flowOf(resource.inSequence ?? api.inSequence) ?? nothing,
    outFlow: flowOf(resource.outSequence ?? api.outSequence),
    handlers: handlersOf(resource.faultSequence ?? api.faultSequence, outer),
  };
}

/** In flow, then the target endpoint if there is one. Source: Synapse ProxyServiceMessageReceiver. */
export function proxyFlows(proxy: ProxyConfig, outer: Handlers | undefined): ServiceFlows {
  const inSequence = flowOf(proxy.target.inSequence);
  const { endpoint } = proxy.target;
  const sendOn = (message: Message, scope: FlowScope): Outcome => {
    if (!endpoint) return 'next';
    const target =
      'key' in endpoint ? named(keyText(endpoint.key, message), scope) : scope.library.inlineEndpoint(endpoint.inline);
    scope.send(target, message);
    return 'end';
  };
  return {
    inFlow: (message, scope) => {
      const outcome = inSequence?.(message, scope) ?? 'next';
      if (typeof outcome === 'string') return outcome === 'next' ? sendOn(message, scope as FlowScope) : outcome;
      return outcome.then((ended) => (ended === 'next' ? sendOn(message, scope as FlowScope) : ended));
    },
    outFlow: flowOf(proxy.target.outSequence),
    handlers: handlersOf(proxy.target.faultSequence, outer),
  };
}

/** The main sequence takes requests that no API or proxy takes, and their answers as well. */
export function mainFlows(outer: Handlers | undefined): ServiceFlows {
  const flow: Flow = (message, scope) => scope.runSequence('main', message);
  return { inFlow: flow, outFlow: flow, handlers: outer };
}

function named(key: string, scope: FlowScope): Endpoint {
  const found = scope.library.endpoint(key);
  if (!found) throw scope.fault('ENDPOINT_NOT_FOUND', { key });
  return found;
}

const nothing: Flow = () => 'next';
