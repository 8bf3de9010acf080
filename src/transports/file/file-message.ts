import { basename, extname, relative } from 'node:path/posix';
import type { Readable } from 'node:stream';
import type { Term } from '../../engine/ports.ts';
import { Body } from '../../message/body.ts';
import type { Environment } from '../../message/environment.ts';
import { Headers } from '../../message/headers.ts';
import type { Message } from '../../message/message.ts';
import { inboundMessage } from '../inbound-message.ts';
import { uriOf } from './address.ts';
import type { FoundFile } from './systems/file-system.ts';
import type { FileJob } from './job.ts';

export interface FileMessageParts {
  /** Of the inbound endpoint or proxy. */
  readonly name: string;
  readonly job: FileJob;
  readonly term: Term;
  readonly content: Uint8Array | Readable;
  readonly found: FoundFile;
  /** The path before it was claimed. */
  readonly original: string;
  readonly environment: Environment;
}

/** The message a file makes. Headers: Synapse FileInjectHandler, VFSConstants. */
export function fileMessage(parts: FileMessageParts): Message {
  const { name, job, term, content, found, original, environment } = parts;
  const contentType = job.config.contentType ?? typeByExtension[extname(original).toLowerCase()] ?? anyBytes;
  // Relative to the folder; the name alone when FileURI names the file itself.
  const below = relative(job.source.path, original) || basename(original);
  // The same for whoever processes this very file again, and another for the next file of that name.
  const key = `${name}/${below}@${found.modifiedAt}`;
  const message = inboundMessage({
    name,
    term,
    id: `${name}/${below}`,
    key,
    body:
      content instanceof Uint8Array ? Body.bytes(content, contentType) : Body.stream(content, contentType, found.size),
    environment,
    headers: Headers.from({
      FILE_PATH: original,
      FILE_NAME: basename(original),
      FILE_URI: uriOf(job.source, original),
      FILE_LENGTH: String(found.size),
      LAST_MODIFIED: String(found.modifiedAt),
      RELATIVE_PATH: below,
    }),
  });
  message.axis2.set('ContentType', contentType);
  return message;
}

const anyBytes = 'application/octet-stream';

const typeByExtension: Readonly<Record<string, string>> = {
  '.xml': 'text/xml',
  '.json': 'application/json',
  '.txt': 'text/plain',
  '.csv': 'text/plain',
};
