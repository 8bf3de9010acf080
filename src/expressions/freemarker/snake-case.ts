/** Built-ins and special variables may be written in camelCase too: capFirst is cap_first. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}
