import type { Outgoing } from '../../engine/ports.ts';
import { prepareBody, writeBody, type WriteOptions, type WrittenBody } from '../../message/formats/write.ts';
import type { Message } from '../../message/message.ts';
import { coded } from './coding.ts';
import { isTrue } from './headers.ts';

const nothing: WrittenBody = { contentType: undefined };

/** The HTTP method: what the format demands, what the endpoint fixes, HTTP_METHOD, else POST. */
export function methodOf(outgoing: Outgoing): string {
  const { format, method, message } = outgoing;
  if (format === 'get') return 'GET';
  if (format === 'soap11' || format === 'soap12') return 'POST';
  const said = method ?? message.axis2.get('HTTP_METHOD');
  return typeof said === 'string' && said !== '' ? said.toUpperCase() : 'POST';
}

/**
 * The body as the endpoint's format asks. Read whole first when its length must be known (DISABLE_CHUNKING,
 * FORCE_HTTP_CONTENT_LENGTH, HTTP 1.0) or when it must change its form.
 */
export function requestBody(outgoing: Outgoing, method: string): WrittenBody | Promise<WrittenBody> {
  const { message, signal } = outgoing;
  // MI sends no body with these; a POST's body stays behind when the flow turns it into a GET.
  if (method === 'GET' || method === 'HEAD') return nothing;
  const options = writeOptions(outgoing, method);
  const loading = withTypeOf(outgoing, () =>
    mustKnowLength(message) ? message.body.load(signal) : prepareBody(message, signal, options),
  );
  const write = (): WrittenBody =>
    coded(
      withTypeOf(outgoing, () => writeBody(message, options)),
      message.headers,
    );
  return loading ? loading.then(write) : write();
}

/**
 * What format="get" adds to the URL: the children of the payload as query parameters. Also a GET whose messageType is
 * a form. Undefined when there is nothing to add. Source: Axis2 XFormURLEncodedFormatter.
 */
export function queryOfBody(outgoing: Outgoing, method: string): Promise<string | undefined> | undefined {
  const { message, format } = outgoing;
  const form = message.axis2.get('messageType') === 'application/x-www-form-urlencoded';
  return method === 'GET' && (format === 'get' || form) ? readQuery(outgoing) : undefined;
}

async function readQuery({ message, signal }: Outgoing): Promise<string | undefined> {
  await message.body.load(signal);
  if (message.body.form === 'empty') return undefined;
  const fields = message.body.payload()?.elements() ?? [];
  if (fields.length === 0) return undefined;
  return new URLSearchParams(fields.map((field): [string, string] => [field.local, field.text])).toString();
}

function mustKnowLength({ axis2, body }: Message): boolean {
  if (body.length !== undefined) return false;
  return (
    isTrue(axis2.get('DISABLE_CHUNKING')) ||
    isTrue(axis2.get('FORCE_HTTP_1.0')) ||
    isTrue(axis2.get('FORCE_HTTP_CONTENT_LENGTH'))
  );
}

function writeOptions({ format, message }: Outgoing, method: string): WriteOptions {
  if (format === 'soap11' || format === 'soap12') return { envelope: format };
  // A SOAP request without a body is sent on as an empty envelope.
  const emptyOf = format === undefined && method === 'POST' && message.body.form === 'empty' && soapVersionOf(message);
  if (emptyOf) return { envelope: emptyOf };
  return (format === 'pox' || format === 'rest') && message.body.form !== 'empty' ? { envelope: 'none' } : {};
}

/** Formats bring their own content type; the message keeps its own for whoever comes after. */
function withTypeOf<T>({ format, message }: Outgoing, write: () => T): T {
  const type = format && typeOfFormat[format];
  if (type === undefined) return write();
  const { axis2 } = message;
  const before = [axis2.get('messageType'), axis2.get('ContentType')] as const;
  axis2.set('messageType', type);
  axis2.delete('ContentType');
  try {
    return write();
  } finally {
    for (const [i, name] of ['messageType', 'ContentType'].entries()) {
      const value = before[i];
      if (value === undefined) axis2.delete(name);
      else axis2.set(name, value);
    }
  }
}

const typeOfFormat: Readonly<Record<string, string>> = {
  soap11: 'text/xml',
  soap12: 'application/soap+xml',
  pox: 'application/xml',
};

function soapVersionOf({ axis2, headers }: Message): 'soap11' | 'soap12' | undefined {
  if (isTrue(axis2.get('NO_ENTITY_BODY'))) return undefined;
  const type = axis2.get('messageType') ?? axis2.get('ContentType') ?? headers.get('content-type');
  if (typeof type !== 'string') return undefined;
  if (/^text\/xml/i.test(type)) return 'soap11';
  return /^application\/soap\+xml/i.test(type) ? 'soap12' : undefined;
}
