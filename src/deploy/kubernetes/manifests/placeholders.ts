/** A parameter as a pod will read it; empty where a placeholder has no value that is known beforehand. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  let unknown = false;
  const result = text.replace(/\$\{configs\.([\w.-]+)\}|\$SYSTEM:([\w.-]+)/g, (_, config?: string, system?: string) => {
    const value = values[(config ?? system)!];
    unknown ||= value === undefined;
    return value ?? '';
  });
  return unknown || /\$\{|\$FILE:/.test(result) ? '' : result;
}
