import type { ServerResponse } from 'node:http';
import type { Clock } from '../../clock.ts';
import type { DeploymentEvent, DeploymentStatus, HeldTerm } from '../../deploy/status.ts';

/**
 * Server-sent events to every open page.
 *
 *   event: status   data: DeploymentStatus   on connect, soon after every event, and each second when it changed
 *   event: happened data: DeploymentEvent    id: counts up; a page that reconnects gets what it missed
 *   event: terms    data: {now, terms: [HeldTerm]}   on connect all that are kept, later those that changed; a term is
 *                                            known by artifact, token and from. now: our clock, milliseconds since 1970
 *   event: beat     data: {}                 each second when nothing changed, so that a page notices silence
 */
export interface EventStream {
  open(response: ServerResponse, lastEventId: string | undefined): void;
  close(): void;
}

export interface Source {
  status(): DeploymentStatus;
  /** Terms of stateful artifacts that changed after that revision; 0 for all that are kept. */
  terms(after: number): { readonly revision: number; readonly terms: readonly HeldTerm[] };
  subscribe(listener: (event: DeploymentEvent) => void): () => void;
}

const limits = {
  pages: 64,
  /** Events kept for pages that connect or come back. */
  remembered: 200,
  tickMs: 1000,
  /** Events come in bursts; one picture of the outcome is enough. */
  settleMs: 40,
  /** Bytes waiting for a page that does not read; then it is let go and may come back. */
  unread: 4 * 1024 * 1024,
} as const;

export function openEventStream(source: Source, clock: Clock): EventStream {
  const pages = new Set<ServerResponse>();
  const happened: { id: number; text: string }[] = [];
  // Ids start at the time of day, so that a page that outlives a restart does not take new events for old ones.
  let id = clock.wall();
  let lastStatus = '';
  let toldTerms = 0;
  let cancelTick = (): void => {};
  let cancelSettle: (() => void) | undefined;

  const frame = (type: string, data: unknown, eventId?: number): string =>
    `${eventId === undefined ? '' : `id: ${eventId}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

  const write = (page: ServerResponse, text: string): void => {
    if (page.writableLength > limits.unread) return void page.destroy();
    page.write(text);
  };
  const toAll = (text: string): void => {
    for (const page of pages) write(page, text);
  };
  const termsFrame = (terms: readonly HeldTerm[]): string =>
    terms.length === 0 ? '' : frame('terms', { now: clock.wall(), terms });
  const sendStatus = (): void => {
    const { revision, terms } = source.terms(toldTerms);
    toldTerms = revision;
    if (terms.length > 0) toAll(termsFrame(terms));
    const status = frame('status', source.status());
    toAll(status === lastStatus ? frame('beat', {}) : status);
    lastStatus = status;
  };
  const tick = (): void => {
    sendStatus();
    cancelTick = clock.after(limits.tickMs, tick);
  };

  const unsubscribe = source.subscribe((event) => {
    const text = frame('happened', event, ++id);
    happened.push({ id, text });
    if (happened.length > limits.remembered) happened.shift();
    toAll(text);
    if (pages.size === 0) return;
    cancelSettle ??= clock.after(limits.settleMs, () => {
      cancelSettle = undefined;
      sendStatus();
    });
  });

  return {
    open(response, lastEventId) {
      if (pages.size >= limits.pages) {
        response.writeHead(503, { 'retry-after': '5', 'content-type': 'text/plain' }).end('Too many open pages.\n');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
      response.write(`retry: 1000\n\n${frame('status', source.status())}${termsFrame(source.terms(0).terms)}`);
      const seen = Number(lastEventId ?? 0);
      for (const event of happened) if (!(event.id <= seen)) response.write(event.text);
      pages.add(response);
      response.on('error', () => response.destroy());
      response.on('close', () => {
        pages.delete(response);
        if (pages.size === 0) cancelTick();
      });
      if (pages.size === 1) cancelTick = clock.after(limits.tickMs, tick);
    },
    close() {
      unsubscribe();
      cancelTick();
      cancelSettle?.();
      for (const page of pages) page.end();
    },
  };
}
