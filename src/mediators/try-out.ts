/** Runs mediators written as XML on a message, for tests and for the examples of the reference. */
import { ElementReader } from '../artifacts/shape/reader.ts';
import { readSteps } from '../artifacts/shape/steps.ts';
import type { Steps } from '../artifacts/shape/spec.ts';
import { createVocabulary, type Vocabulary } from '../artifacts/shape/vocabulary.ts';
import { copyMessage } from '../engine/copy.ts';
import { runSteps } from '../engine/flow.ts';
import type {
  ExampleMessage,
  Library,
  MessageStore,
  CompiledSequence,
  CompiledTemplate,
  Endpoint,
  Outcome,
} from '../engine/ports.ts';
import { FlowScope, type ExchangeInside } from '../engine/scope.ts';
import { Fault, type Problem } from '../errors.ts';
import { createLogger } from '../log.ts';
import { Body } from '../message/body.ts';
import { emptyEnvironment, type Environment } from '../message/environment.ts';
import { Headers } from '../message/headers.ts';
import { Message } from '../message/message.ts';
import { parseXml } from '../message/xml/parse.ts';
import { mediators } from './index.ts';

export const vocabulary: Vocabulary = createVocabulary({ mediators });

/** Reads one or more mediators. Prefixes and the Synapse namespace need not be declared. */
export function readFlow(xml: string): { readonly steps: Steps; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const root = parseXml(`<sequence xmlns="http://ws.apache.org/ns/synapse">${xml}</sequence>`, { file: 'flow.xml' });
  const reader = new ElementReader(root, { file: 'flow.xml', vocabulary, report: (problem) => problems.push(problem) });
  return { steps: readSteps(root.elements(), reader), problems };
}

/** A body by its looks: < is XML, { or [ is JSON, anything else text. */
export function bodyOf(text: string, contentType?: string): Body {
  const guessed = /^\s*</.test(text) ? 'application/xml' : /^\s*[{[]/.test(text) ? 'application/json' : 'text/plain';
  return Body.bytes(new TextEncoder().encode(text), contentType ?? guessed);
}

export function messageOf(
  given: string | ExampleMessage | undefined,
  environment: Environment = emptyEnvironment,
): Message {
  const parts: ExampleMessage = typeof given === 'string' ? { body: given } : (given ?? {});
  const message = new Message({
    body: parts.body === undefined ? Body.empty() : bodyOf(parts.body, parts.contentType),
    headers: Headers.from(parts.headers ?? {}),
    environment,
  });
  for (const [name, value] of Object.entries(parts.properties ?? {})) message.properties.set(name, value);
  for (const [name, value] of Object.entries(parts.variables ?? {})) message.variables.set(name, value);
  return message;
}

export interface TryOutOptions {
  readonly sequences?: Readonly<Record<string, string>>;
  readonly templates?: Readonly<Record<string, Pick<CompiledTemplate, 'parameters'> & { readonly xml: string }>>;
  readonly stores?: Readonly<Record<string, MessageStore>>;
  /** Answers of the endpoint of that name; `default` is the default endpoint's. */
  readonly endpoints?: Readonly<
    Record<string, (message: Message) => Message | undefined | Promise<Message | undefined>>
  >;
  readonly environment?: Environment;
}

export interface TryOut {
  readonly outcome: Outcome | undefined;
  readonly fault: Fault | undefined;
  readonly problems: readonly Problem[];
  readonly message: Message;
  /** The message as the client got it. */
  readonly answer: Message | undefined;
  /** Lines as they were logged. */
  readonly log: readonly string[];
  /** What endpoints were sent, in order. */
  readonly sent: readonly Message[];
}

/** Runs a flow to its end, work that goes on after it included. Never rejects: a fault is a result. */
export async function tryOut(
  xml: string,
  given?: string | ExampleMessage | Message,
  options: TryOutOptions = {},
): Promise<TryOut> {
  const { steps, problems } = readFlow(xml);
  const message = given instanceof Message ? given : messageOf(given, options.environment);
  const lines: string[] = [];
  const sent: Message[] = [];
  let answer: Message | undefined;
  const inHand: Promise<unknown>[] = [];
  const exchange: ExchangeInside = {
    origin: 'sequence try-out',
    canRespond: true,
    get responded() {
      return answer !== undefined;
    },
    signal: new AbortController().signal,
    log: createLogger({ level: 'TRACE', write: (line) => lines.push(line) }),
    library: libraryOf(options, sent),
    async respond(response) {
      if (answer) return false;
      await response.body.load();
      answer = copyMessage(response);
      return true;
    },
    track: (work) => void inHand.push(work),
    answer: async (reply) => void (await exchange.respond(reply)),
  };
  let outcome: Outcome | undefined;
  let fault: Fault | undefined;
  try {
    outcome = await runSteps(steps, message, new FlowScope(exchange, undefined));
    if (outcome === 'respond') await exchange.respond(message);
    for (let i = 0; i < inHand.length; i++) await inHand[i];
  } catch (error) {
    fault = Fault.from(error);
  }
  await message.body.load();
  return { outcome, fault, problems, message, answer, log: lines, sent };
}

function libraryOf(options: TryOutOptions, sent: Message[]): Library {
  const sequence = (name: string): CompiledSequence | undefined => {
    const xml = options.sequences?.[name];
    return xml === undefined ? undefined : { name, steps: readFlow(xml).steps, onError: undefined };
  };
  const endpoint = (name: string): Endpoint | undefined => {
    const reply = options.endpoints?.[name];
    if (!reply) return undefined;
    return {
      name,
      kind: name === 'default' ? 'default' : 'address',
      children: [],
      state: 'active',
      ready: true,
      async send(message) {
        await message.body.load();
        sent.push(copyMessage(message));
        return reply(message);
      },
      switchOff: () => {},
      switchOn: () => {},
    };
  };
  return {
    sequence,
    template(name) {
      const found = options.templates?.[name];
      return found && { name, steps: readFlow(found.xml).steps, onError: undefined, parameters: found.parameters };
    },
    endpoint,
    inlineEndpoint: () => {
      throw new Error('no inline endpoints here');
    },
    get defaultEndpoint() {
      return endpoint('default') ?? failing();
    },
    store: (name) => options.stores?.[name],
  };
}

function failing(): never {
  throw new Fault('CONNECTION_FAILED', { text: 'There is no default endpoint here.' });
}
