import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock } from '../../clock.ts';
import { Fault } from '../../errors.ts';
import type { Dispatcher, Singleton, Term } from '../../engine/ports.ts';
import type { Logger } from '../../log.ts';
import { Body } from '../../message/body.ts';
import type { Environment } from '../../message/environment.ts';
import { Headers } from '../../message/headers.ts';
import { Message } from '../../message/message.ts';
import { claimFile, finishFile, releaseFile } from './claim.ts';
import { abandoned, chooseFiles, listFiles, originalPath, type FoundFile } from './scan.ts';
import type { FileInboundSpec } from './spec.ts';

export interface FileInboundOptions {
  readonly spec: FileInboundSpec;
  readonly dispatcher: Dispatcher;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Polls a folder and gives each file to a sequence: at least once, one replica at a time. */
export function fileInbound(options: FileInboundOptions): Singleton {
  return { key: `inboundEndpoint/${options.spec.name}`, run: (term) => poll(options, term) };
}

async function poll(options: FileInboundOptions, term: Term): Promise<void> {
  const { spec, clock, log } = options;
  let complained: string | undefined;
  while (!term.signal.aborted) {
    try {
      await scanOnce(options, term);
      complained = undefined;
    } catch (error) {
      const fault = Fault.from(error);
      // A folder that cannot be read stays unreadable for a while: say it once, not at every scan.
      if (fault.message !== complained) log.error(`File inbound endpoint ${spec.name}: ${fault.describe()}`);
      complained = fault.message;
    }
    await clock.sleep(spec.intervalMs, term.signal).catch(() => {});
  }
}

async function scanOnce(options: FileInboundOptions, term: Term): Promise<void> {
  const { spec, clock } = options;
  const files = await listFiles(spec);
  const left = abandoned(files, term.token);
  const chosen = chooseFiles(spec, files, clock.wall());
  for (const file of [...left, ...chosen]) {
    if (term.signal.aborted) return;
    const original = originalPath(file.path);
    term.assert();
    const claimed = await claimFile(file.path, original, term.token);
    if (claimed === undefined) continue;
    await processFile(options, term, { ...file, path: claimed }, original);
    if (spec.betweenMs > 0) await clock.sleep(spec.betweenMs, term.signal).catch(() => {});
  }
}

async function processFile(options: FileInboundOptions, term: Term, file: FoundFile, original: string): Promise<void> {
  const { spec, dispatcher, log, clock } = options;
  // A hand-over lets the file in hand finish; only a lost term aborts it.
  const lost = new AbortController();
  const onEnd = (): void =>
    void (term.valid() || lost.abort(new Fault('TERM_LOST', { detail: { artifact: term.artifact } })));
  term.signal.addEventListener('abort', onEnd, { once: true });
  let failed = false;
  try {
    const message = await messageOf(options, term, file, original);
    await dispatcher.inject(spec.sequence, message, `inboundEndpoint ${spec.name}`, lost.signal);
    failed = isRolledBack(message);
  } catch (error) {
    const fault = Fault.from(error);
    log.error(`${fault.describe()} while processing ${original}`, { code: fault.code });
    failed = true;
  } finally {
    term.signal.removeEventListener('abort', onEnd);
  }
  if (!term.valid()) return log.warn(`${original} was taken over by another replica`);
  try {
    await finishFile(file.path, original, failed ? spec.afterFailure : spec.afterProcess, new Date(clock.wall()));
  } catch (error) {
    log.error(`${original} was processed, but could not be ${spec.afterProcess.do}d: ${(error as Error).message}`);
    await releaseFile(file.path, original).catch(() => {});
  }
}

async function messageOf(options: FileInboundOptions, term: Term, file: FoundFile, original: string): Promise<Message> {
  const { spec, environment } = options;
  const contentType = spec.contentType ?? 'application/octet-stream';
  const body = spec.streaming
    ? Body.stream(createReadStream(file.path), contentType, file.size)
    : Body.bytes(await readFile(file.path), contentType);
  const name = relative(spec.path, original) || file.name;
  const message = new Message({
    body,
    environment,
    headers: Headers.from({
      FILE_PATH: original,
      FILE_NAME: name.split(/[\\/]/).at(-1)!,
      FILE_URI: pathToFileURL(original).href,
      FILE_LENGTH: String(file.size),
      LAST_MODIFIED: String(Math.trunc(file.modifiedAt)),
      RELATIVE_PATH: name,
    }),
    conversation: {
      id: `${spec.name}/${name}`,
      operation: new Map(),
      fence: {
        assert: () => term.assert(),
        token: term.token,
        key: `${spec.name}/${name}@${Math.trunc(file.modifiedAt)}`,
      },
    },
  });
  message.properties.set('isInbound', 'true');
  message.properties.set('inbound.endpoint.name', spec.name);
  return message;
}

/** Source: Synapse FileInjectHandler: a sequence that handled its fault says by this property that the file failed. */
function isRolledBack(message: Message): boolean {
  const flag = message.properties.get('SET_ROLLBACK_ONLY') ?? message.axis2.get('SET_ROLLBACK_ONLY');
  return flag === true || (typeof flag === 'string' && flag.toLowerCase() === 'true');
}
