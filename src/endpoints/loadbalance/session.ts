import type { Clock } from '../../clock.ts';
import type { Endpoint } from '../../engine/ports.ts';
import type { Message } from '../../message/message.ts';
import { soapHeader } from '../../message/soap/envelope.ts';
import type { XmlElement } from '../../message/xml/tree.ts';

/**
 * How messages of one session are known:
 * - http: the cookies the endpoint set
 * - soap: the ServiceGroupId header the endpoint gave out
 * - simpleClientSession: the ClientID header the client makes up
 */
export type SessionType = 'http' | 'soap' | 'simpleClientSession';

export interface SessionSettings {
  readonly type: SessionType;
  readonly timeoutMs: number;
}

/** Which member each session is bound to, until it was silent for the time-out. Source: Synapse SALSessions. */
export class Sessions {
  readonly #bound = new Map<string, { member: Endpoint; until: number }>();
  readonly #settings: SessionSettings;
  readonly #clock: Clock;

  constructor(settings: SessionSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** The member this request's session is bound to. The body must be loaded. */
  memberFor(message: Message): Endpoint | undefined {
    const now = this.#clock.monotonic();
    for (const key of requestKeys(this.#settings.type, message)) {
      const found = this.#bound.get(key);
      if (!found) continue;
      if (found.until > now) {
        this.#bind(key, found.member);
        return found.member;
      }
      this.#bound.delete(key);
    }
    return undefined;
  }

  /** Remembers who answered. The body of the answer must be loaded for `soap`. */
  answered(member: Endpoint, message: Message, answer: Message): void {
    const keys =
      this.#settings.type === 'simpleClientSession'
        ? requestKeys('simpleClientSession', message)
        : answerKeys(this.#settings.type, answer);
    for (const key of keys) this.#bind(key, member);
  }

  get looksIntoAnswers(): boolean {
    return this.#settings.type === 'soap';
  }

  /** The latest stands last, so that the oldest are found first when they expire. */
  #bind(key: string, member: Endpoint): void {
    const now = this.#clock.monotonic();
    this.#bound.delete(key);
    this.#bound.set(key, { member, until: now + this.#settings.timeoutMs });
    for (const [old, { until }] of this.#bound) {
      if (until > now) break;
      this.#bound.delete(old);
    }
  }
}

function requestKeys(type: SessionType, message: Message): readonly string[] {
  if (type === 'http') {
    return message.headers
      .all('cookie')
      .flatMap((line) => line.split(';'))
      .map((cookie) => cookie.trim())
      .filter((cookie) => cookie !== '');
  }
  return headerKeys(message, type === 'soap' ? 'ServiceGroupId' : 'ClientID');
}

function answerKeys(type: SessionType, answer: Message): readonly string[] {
  if (type === 'http') return answer.headers.all('set-cookie').map((cookie) => cookie.split(';', 1)[0]!.trim());
  return headerKeys(answer, 'ServiceGroupId');
}

/** The text of a SOAP header block, wherever in the header it stands (Axis2 puts it into ReferenceParameters). */
function headerKeys({ body }: Message, local: string): readonly string[] {
  if (!body.loaded || body.kind !== 'xml' || body.soap === 'none') return [];
  const header = soapHeader(body.envelope());
  const found = header && inside(header, local)?.text.trim();
  return found ? [found] : [];
}

function inside(element: XmlElement, local: string): XmlElement | undefined {
  for (const child of element.elements()) {
    const found = child.local === local ? child : inside(child, local);
    if (found) return found;
  }
  return undefined;
}
