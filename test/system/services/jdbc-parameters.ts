/** An address of a test database as the parameters of a JDBC store. */
export function inJdbc(address: string): Record<string, string> {
  const { protocol, host, pathname, username, password } = new URL(address);
  const kind = protocol.startsWith('postgres') ? 'postgresql' : 'mariadb';
  return {
    'store.jdbc.connection.url': `jdbc:${kind}://${host}${pathname}`,
    'store.jdbc.username': username,
    'store.jdbc.password': password,
  };
}
