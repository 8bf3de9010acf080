/** Why a path out of an archive or a registry file cannot be trusted; undefined when it can. */
export function unsafePath(path: string): string | undefined {
  if (path.includes('\\')) return 'has a backslash';
  if (path.includes('\0')) return 'has a NUL character';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute';
  if (path.split('/').includes('..')) return 'leads out of its folder with ".."';
  return undefined;
}
