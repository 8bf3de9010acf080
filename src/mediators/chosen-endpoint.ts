import type { EndpointChoice } from '../artifacts/shape/endpoint.ts';
import type { Endpoint } from '../engine/ports.ts';
import type { Message } from '../message/message.ts';
import { keyText, type Scope } from './kit.ts';

/** The endpoint a step names, computes or holds; the default one when it says nothing. Faults ENDPOINT_NOT_FOUND. */
export function chosenEndpoint(choice: EndpointChoice | undefined, message: Message, scope: Scope): Endpoint {
  if (!choice) return scope.library.defaultEndpoint;
  if (choice.inline) return scope.library.inlineEndpoint(choice.inline);
  const key = keyText(choice.key, message);
  const endpoint = scope.library.endpoint(key);
  if (!endpoint) throw scope.fault('ENDPOINT_NOT_FOUND', { key });
  return endpoint;
}
