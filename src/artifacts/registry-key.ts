/**
 * One form for the ways a registry key is written: "conf:/a//b.xml" and "/_system/config/a/b.xml" are "conf:a/b.xml";
 * "resources:x" is "gov:mi-resources/x". Undefined for text that is no registry key. Source: WSO2 MicroIntegratorRegistry.
 */
export function registryKey(text: string): string | undefined {
  const system = /^\/*_system\/(config|governance|local)(?:\/+(.*))?$/.exec(text);
  if (system)
    return `${system[1] === 'config' ? 'conf' : system[1] === 'governance' ? 'gov' : 'local'}:${tidy(system[2] ?? '')}`;
  const match = /^(conf|gov|local|resources):\/*(.*)$/.exec(text);
  if (!match) return undefined;
  return match[1] === 'resources' ? `gov:mi-resources/${tidy(match[2]!)}` : `${match[1]}:${tidy(match[2]!)}`;
}

function tidy(path: string): string {
  return path.replace(/\/{2,}/g, '/').replace(/\/$/, '');
}
