import type { IncomingMessage } from 'node:http';

/** A body as lines, as they come; an unfinished last one counts. */
export async function* linesOf(body: IncomingMessage): AsyncGenerator<string, void, undefined> {
  body.setEncoding('utf8');
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}
