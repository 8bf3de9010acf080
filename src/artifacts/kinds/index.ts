import { api } from './api.ts';
import { endpoint } from './endpoint.ts';
import { inboundEndpoint } from './inbound-endpoint.ts';
import type { Kind } from './kind.ts';
import { localEntry } from './local-entry.ts';
import { messageProcessor } from './message-processor.ts';
import { messageStore } from './message-store.ts';
import { proxy } from './proxy.ts';
import { registry } from './registry.ts';
import { sequence } from './sequence.ts';
import { task } from './task.ts';
import { template } from './template.ts';

/** Every kind Gantry reads, for the reference page and the loader. To add one: one file, one line. */
export const kinds: readonly Kind[] = [
  api,
  proxy,
  sequence,
  endpoint,
  localEntry,
  template,
  task,
  inboundEndpoint,
  messageStore,
  messageProcessor,
  registry,
];

const byTag = new Map(kinds.map((kind) => [kind.tag, kind]));

/** The kind whose root element has that local name. */
export function kindOf(tag: string): Kind | undefined {
  return byTag.get(tag);
}
