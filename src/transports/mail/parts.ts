import type { MessageStructureObject } from 'imapflow';

/** A part of a mail that has content. */
export interface MailPart {
  /** As IMAP numbers it: "1", "2.1"; "TEXT" for all of it. */
  readonly part: string;
  /** "text/plain", in lower case, without parameters. */
  readonly type: string;
  /** Bytes as they are encoded. */
  readonly size: number;
  readonly name: string | undefined;
}

export interface MailParts {
  /** What the message is made of; undefined for a mail without content. */
  readonly body: MailPart | undefined;
  readonly attachments: readonly MailPart[];
}

/**
 * Which part of a mail is the message: the first that is XML or JSON, attached or not; else the plain text, else the
 * HTML, else the first part there is. Pure. Source: Axis2 MailTransportListener.getMessagePart, which looks for the
 * first part that a message builder other than that of plain text reads.
 */
export function partsOf(structure: MessageStructureObject): MailParts {
  const parts = [...leavesOf(structure)];
  const body =
    parts.find(({ type }) => isData(type)) ??
    parts.find(({ type, name }) => type === 'text/plain' && name === undefined) ??
    parts.find(({ type, name }) => type === 'text/html' && name === undefined) ??
    parts[0];
  // Plain text and HTML of one mail are two forms of one text.
  const attachments = parts.filter((part) => part !== body && (part.name !== undefined || !isText(part.type)));
  return { body, attachments };
}

const isData = (type: string): boolean => /[/+](xml|json)$/.test(type);
const isText = (type: string): boolean => type === 'text/plain' || type === 'text/html';

function* leavesOf(node: MessageStructureObject): Generator<MailPart> {
  const type = node.type.toLowerCase();
  // A mail within a mail is a thing of its own, whatever is in it.
  if (node.childNodes && type !== 'message/rfc822') {
    for (const child of node.childNodes) yield* leavesOf(child);
    return;
  }
  const name = node.dispositionParameters?.['filename'] ?? node.parameters?.['name'];
  yield {
    // A mail that is not multipart has no parts, but a text.
    part: node.part ?? 'TEXT',
    type,
    size: node.size ?? 0,
    name: name ?? (node.disposition === 'attachment' ? 'attachment' : undefined),
  };
}
