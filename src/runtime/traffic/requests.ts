import type { ApiConfig, ProxyConfig } from '../../artifacts/kinds/types.ts';
import { ApiTable, type ApiMatch } from '../../engine/routing/api.ts';
import { matchProxy } from '../../engine/routing/proxy.ts';
import type { Sender } from '../../engine/ports.ts';
import { formatPosition, type Fault } from '../../errors.ts';
import { Body } from '../../message/body.ts';
import { Headers } from '../../message/headers.ts';
import { Message } from '../../message/message.ts';
import type { HttpClientConnection, RequestHandler } from '../../transports/http/listener.ts';
import { faultBody } from './fault-answer.ts';
import type { Service, Services } from './services.ts';
import { wsdlOf } from './wsdl.ts';

/**
 * A request's way in: API by context, proxy under /services/, else the main sequence if the project has one, else 404.
 * Whatever the flows do, the client gets an answer.
 */
export function requestHandler(
  services: Services,
  senders: readonly Sender[],
  served: readonly ApiConfig[] = services.apis.filter(isOnMainListener),
): RequestHandler {
  const apis = new ApiTable(served);
  return async (message, client) => {
    const { method, target, protocol } = message.request!;
    const api = apis.match({ method, target, protocol, host: message.headers.get('host') });
    if (api?.type === 'resource') {
      for (const [name, value] of api.properties) message.properties.set(name, value);
      message.axis2.set('REST_URL_POSTFIX', api.postfix);
      return run(services, services.resource(api.resource)!, message, client);
    }
    if (api) return refuse(api, message, client);

    const proxy = matchProxy(
      target,
      (name) => services.proxy(name) !== undefined && isServedOver(protocol, services.proxyConfig(name)!),
    );
    if (proxy?.wsdl) return answerWsdl(services, proxy.name, message, client, senders);
    if (proxy) {
      message.properties.set('proxy.name', proxy.name);
      if (proxy.postfix !== '') message.axis2.set('REST_URL_POSTFIX', proxy.postfix);
      return run(services, services.proxy(proxy.name)!, message, client);
    }
    if (services.main) {
      message.axis2.set('REST_URL_POSTFIX', target);
      return run(services, services.main, message, client);
    }
    await client.respond(plain(message, 404, `No API or proxy service takes ${method} ${target}.`));
  };
}

/** An API that is bound to inbound endpoints is not served here, unless `default` is one of them. Source: MI binds-to. */
function isOnMainListener({ bindsTo = [] }: ApiConfig): boolean {
  return bindsTo.length === 0 || bindsTo.includes('default');
}

/**
 * A proxy whose transports are others, such as vfs, is not called by HTTP. http and https count alike: TLS often ends in
 * front of a pod. Source: Axis2 DispatchPhase, exposed transports.
 */
function isServedOver(protocol: string, { transports }: ProxyConfig): boolean {
  if (transports.length === 0 || !webTransports.has(protocol)) return true;
  return transports.some((name) => name === 'all' || webTransports.has(name.toLowerCase()));
}

const webTransports: ReadonlySet<string> = new Set(['http', 'https']);

async function run(
  services: Services,
  service: Service,
  message: Message,
  client: HttpClientConnection,
): Promise<void> {
  const end = await services.run(service, message, client, client.signal);
  if (!client.answered) await client.respond(answerTo(end.fault, message));
}

/** What a client gets that no flow answered: the fault if there was one, else "accepted". docs/decisions/0006. */
export function answerTo(fault: Fault | undefined, message: Message): Message {
  if (fault) return faultAnswer(fault, message);
  const accepted = message.reply(Body.empty(), new Headers());
  accepted.axis2.set('HTTP_SC', 202);
  return accepted;
}

function faultAnswer(fault: Fault, message: Message): Message {
  const { body, contentType } = faultBody(fault, message);
  const answer = message.reply(body, new Headers());
  answer.axis2.set('HTTP_SC', 500);
  answer.axis2.set('messageType', contentType);
  if (fault.at) answer.properties.set('FAULT_POSITION', formatPosition(fault.at));
  return answer;
}

async function refuse(
  match: Exclude<ApiMatch, { type: 'resource' }>,
  message: Message,
  client: HttpClientConnection,
): Promise<void> {
  const status = match.type === 'options' ? 200 : match.status;
  const words = {
    200: '',
    404: `The API ${match.api.name} has no resource for ${message.request!.target}.`,
    405: `The API ${match.api.name} does not take ${message.request!.method} here.`,
  };
  const answer = plain(message, status, words[status]);
  if (match.allow.length > 0) answer.headers.set('Allow', match.allow.join(', '));
  await client.respond(answer);
}

async function answerWsdl(
  services: Services,
  name: string,
  message: Message,
  client: HttpClientConnection,
  senders: readonly Sender[],
): Promise<void> {
  const wsdl = await wsdlOf(services.proxyConfig(name)!, message, senders, client.signal);
  if (wsdl === undefined)
    return client.respond(plain(message, 404, `The WSDL of the proxy service ${name} cannot be had.`));
  const answer = message.reply(Body.bytes(new TextEncoder().encode(wsdl), 'text/xml; charset=UTF-8'), new Headers());
  await client.respond(answer);
}

function plain(message: Message, status: number, text: string): Message {
  const body =
    text === '' ? Body.empty() : Body.bytes(new TextEncoder().encode(`${text}\n`), 'text/plain; charset=UTF-8');
  const answer = message.reply(body, new Headers());
  answer.axis2.set('HTTP_SC', status);
  return answer;
}
