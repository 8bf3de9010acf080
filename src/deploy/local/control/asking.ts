/** JSON over HTTP on a unix socket, from the side that asks. */
import { rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';

/** What whoever is asked says of what fails. */
export interface Refusal {
  /** A word of their own; INTERNAL for a defect of theirs. */
  readonly error?: string;
  readonly message: string;
}

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object | undefined;
  /** Ends the waiting for an answer; without it that may take as long as it takes. */
  readonly signal?: AbortSignal;
}

/** Resolves to the answer, its body unread, whatever its status. */
export function openAnswer(socketPath: string, { method, path, body, signal }: Question): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const options = { socketPath, method, path, headers, agent: false, ...(signal && { signal }) };
    const request = httpRequest(options, resolve);
    request.on('error', reject);
    request.end(body === undefined ? '' : JSON.stringify(body));
  });
}

/** Resolves to what is answered; what is refused becomes the asker's own error. */
export async function ask(socketPath: string, question: Question, errorOf: (said: Refusal) => Error): Promise<unknown> {
  const response = await openAnswer(socketPath, question);
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  const value: unknown = JSON.parse(text);
  if ((response.statusCode ?? 500) < 400) return value;
  throw errorOf(value as Refusal);
}

/** For an error of `ask`: whoever made the socket has died, and it is removed. Says whether it leads nowhere. */
export function isAbandoned(socketPath: string, error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') rmSync(socketPath, { force: true });
  return code === 'ECONNREFUSED' || code === 'ENOENT';
}
