import type { LocalEntryConfig } from '../artifacts/kinds/types.ts';
import type { Artifact, Project } from '../artifacts/model.ts';
import { registryKey } from '../artifacts/registry-key.ts';
import type { Logger } from '../log.ts';
import type { Environment, Resource } from '../message/environment.ts';
import { serializeXml } from '../message/xml/serialize.ts';

/**
 * What expressions may ask of a project: its configs, local entries and registry, and the machine's environment, which
 * is copied: asking process.env costs a system call each time.
 */
export function createEnvironment(
  project: Project,
  log: Logger,
  env: Readonly<Record<string, string | undefined>> = { ...process.env },
): Environment {
  const resources = new Map<string, Resource>();
  for (const file of project.registry) {
    resources.set(registryKey(file.key) ?? file.key, {
      key: file.key,
      mediaType: file.mediaType,
      bytes: file.bytes,
      property: (name) => file.properties.get(name),
    });
  }
  for (const artifact of project.artifacts) {
    if (artifact.kind === 'localEntry' && artifact.config) {
      const resource = localEntry(artifact as Artifact<LocalEntryConfig>);
      if (resource) resources.set(resource.key, resource);
    }
  }
  return {
    config: (name) => env[name] ?? project.configs.get(name),
    resource: (key) => resources.get(key) ?? resources.get(storedKey(key)),
    // Kubernetes and Docker secrets arrive as environment variables; a vault comes with the vendor's connectors.
    secret: (alias) => env[alias],
    system: (name) => env[name],
    file: (name) => project.fileProperties.get(name),
    now: () => Date.now(),
    report: (fault) => log.warn(fault.describe(), { code: fault.code }),
  };
}

/** local:/x is the local entry x as well as a file of the local registry. */
function storedKey(key: string): string {
  const canonical = registryKey(key) ?? key;
  return canonical.startsWith('local:') ? canonical.slice('local:'.length) : canonical;
}

function localEntry(artifact: Artifact<LocalEntryConfig>): Resource | undefined {
  const { key, value } = artifact.config!;
  if (value.type === 'url') return undefined;
  const text = value.type === 'text' ? value.text : serializeXml(value.element);
  return {
    key,
    mediaType: value.type === 'xml' ? 'application/xml' : 'text/plain',
    bytes: new TextEncoder().encode(text),
    property: () => undefined,
  };
}
