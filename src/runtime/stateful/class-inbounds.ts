import type { InboundEndpointConfig } from '../../artifacts/kinds/types.ts';
import type { Artifact } from '../../artifacts/model.ts';
import { classConsumer } from '../../transports/class/inbound.ts';
import type { InboundClass } from '../../transports/class/spi.ts';
import { loadClass } from './classes.ts';
import { createConsumer, type Consumer, type ConsumerSources } from './consumers.ts';

/** Makes what an inbound endpoint with `class` asks for, by a class of the user's under that name. */
export function createClassInbound(
  artifact: Artifact<InboundEndpointConfig>,
  className: string,
  classes: ReadonlyMap<string, string>,
  sources: ConsumerSources,
): Consumer {
  const file = classes.get(className);
  if (file === undefined) {
    return {
      singletons: [],
      everywhere: false,
      problems: [
        {
          code: 'CLASS_NOT_FOUND',
          level: 'error',
          at: artifact.at,
          text: `The inbound class ${className} is Java, or was not found.`,
          hint: `Port it to TypeScript or JavaScript as classes/${className}.ts in the project folder.`,
        },
      ],
    };
  }
  const made = createConsumer(
    artifact,
    classConsumer(() => loadClass<InboundClass>(file)),
    sources,
  );
  const behavior = artifact.config!.parameters.get('inbound.behavior')?.trim().toLowerCase();
  // What listens is stateless: every replica does.
  return behavior === 'listening' ? { ...made, everywhere: true } : made;
}
