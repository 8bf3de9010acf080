import { Body } from '../../message/body.ts';
import { writeBody } from '../../message/formats/write.ts';
import type { Message } from '../../message/message.ts';
import { escapeText } from '../../message/xml/serialize.ts';

/**
 * Bodies of JMS on AMQP 1.0 (the JMS mapping of AMQP):
 *
 *   TextMessage    amqp-value holding a string               x-opt-jms-msg-type 5
 *   BytesMessage   data sections                             x-opt-jms-msg-type 3
 *   MapMessage     amqp-value holding a map                  x-opt-jms-msg-type 2
 *   Message        nothing                                   x-opt-jms-msg-type 0
 *   StreamMessage, ObjectMessage: not readable without Java
 */
export const typeAnnotation = 'x-opt-jms-msg-type';
const typeNumbers = { text: 5, bytes: 3, map: 2, none: 0 } as const;

const dataSection = 0x75;

interface Section {
  readonly typecode: number;
  readonly content: Buffer;
}

/** Source: Axis2 JMSUtils.convertJMSMapToXML: the map as elements of one namespace. */
const mapNamespace = 'http://axis.apache.org/axis2/java/transports/jms/map-payload';

/** What rhea decoded as a body; `contentType` when somebody says so. Text is text/plain by default, bytes are binary. */
export function bodyOf(decoded: unknown, contentType: string | undefined): Body {
  if (decoded === undefined || decoded === null) return Body.empty();
  if (typeof decoded === 'string') return Body.bytes(Buffer.from(decoded), contentType ?? 'text/plain');
  const { typecode, content } = decoded as Partial<Section>;
  if (typecode === dataSection && content !== undefined)
    return Body.bytes(
      Array.isArray(content) ? Buffer.concat(content as Buffer[]) : content,
      contentType ?? 'application/octet-stream',
    );
  if (Buffer.isBuffer(decoded)) return Body.bytes(decoded, contentType ?? 'application/octet-stream');
  if (typeof decoded === 'object' && !Array.isArray(decoded))
    return Body.bytes(Buffer.from(mapAsXml(decoded as Readonly<Record<string, unknown>>)), 'application/xml');
  return Body.bytes(Buffer.from(JSON.stringify(decoded)), contentType ?? 'application/json');
}

function mapAsXml(map: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(map).map(
    ([name, value]) => `<${name} xmlns="">${escapeText(scalarText(value))}</${name}>`,
  );
  return `<JMSMap xmlns="${mapNamespace}">${entries.join('')}</JMSMap>`;
}

export function scalarText(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

export interface WrittenBody {
  readonly body: unknown;
  readonly typeNumber: number;
  readonly contentType: string | undefined;
}

/**
 * The body as it is sent: axis2 JMS_MESSAGE_TYPE says as what (JMS_BYTE_MESSAGE, JMS_TEXT_MESSAGE, JMS_MAP_MESSAGE),
 * otherwise binary content is bytes and everything else text.
 */
export async function writeJmsBody(message: Message, signal?: AbortSignal): Promise<WrittenBody> {
  const { default: rhea } = await import('rhea');
  await message.body.load(signal);
  const asked = message.axis2.get('JMS_MESSAGE_TYPE');
  if (asked === 'JMS_MAP_MESSAGE') return { ...mapOf(message), typeNumber: typeNumbers.map };
  const { bytes, contentType } = writeBody(message);
  if (bytes === undefined) return { body: null, typeNumber: typeNumbers.none, contentType };
  const binary = message.body.kind === 'binary' || /^(application\/octet-stream|multipart\/)/i.test(contentType ?? '');
  if (asked === 'JMS_BYTE_MESSAGE' || (binary && asked !== 'JMS_TEXT_MESSAGE'))
    return { body: rhea.message.data_section(Buffer.from(bytes)), typeNumber: typeNumbers.bytes, contentType };
  return { body: Buffer.from(bytes).toString('utf8'), typeNumber: typeNumbers.text, contentType };
}

function mapOf({ body }: Message): { readonly body: Record<string, string>; readonly contentType: string } {
  const entries = body.payload()?.elements() ?? [];
  return { body: Object.fromEntries(entries.map(({ local, text }) => [local, text])), contentType: 'application/xml' };
}
