import { Fault } from '../../errors.ts';
import { shownAddress, type JdbcAddress } from './address.ts';

/** What a database says about a statement, whichever it is. */
type Complaint = 'no table' | 'no such column' | 'no such user' | 'too long' | 'deadlock' | 'other';

function complaintOf(error: unknown): Complaint {
  const { code, errno, message } = error as {
    readonly code?: unknown;
    readonly errno?: unknown;
    readonly message?: unknown;
  };
  if (code === '42P01' || errno === 1146 || /no such table/.test(String(message))) return 'no table';
  if (code === '42703' || errno === 1054 || /no such column|has no column/.test(String(message)))
    return 'no such column';
  if (code === '28P01' || code === '28000' || errno === 1045) return 'no such user';
  // 1406: data too long; 1153: packet too large; 54000: program limit exceeded; SQLite: string or blob too big.
  if (errno === 1406 || errno === 1153 || code === '54000' || /too big/.test(String(message))) return 'too long';
  // 1213 and 40P01: deadlock; 1020 and 40001: somebody else was first.
  if (errno === 1213 || errno === 1020 || code === '40P01' || code === '40001') return 'deadlock';
  return 'other';
}

/** A statement that was prepared before is not known there, or one of its name is. */
export function isStatementLost(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === '26000' || code === '42P05';
}

/** Somebody else made the table at that very moment: IF NOT EXISTS of PostgreSQL looks first and makes then. */
export function isMadeMeanwhile(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === '23505' || code === '42P07' || code === '42710';
}

/** It was undone for no reason of its own: the same again may well succeed. */
export function isUndone(error: unknown): boolean {
  return complaintOf(error) === 'deadlock' || isStatementLost(error);
}

/** What went wrong, as flows and processors act on it. `create`: what makes the tables. */
export function troubleWith(store: string, address: JdbcAddress, error: unknown, create: string): Fault {
  if (Fault.is(error)) return error;
  const shown = shownAddress(address);
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const said =
    typeof message === 'string' && message !== '' ? message : typeof code === 'string' ? code : String(error);
  const fault = (kind: string, text: string): Fault =>
    new Fault(kind, { text: `store ${store}: ${shown}: ${text}`, cause: error, retry: 'again' });
  switch (complaintOf(error)) {
    case 'no table':
      return fault(
        'STORE_UNREACHABLE',
        `${said}. Make it, or let Gantry do so by <parameter name="store.jdbc.create">true</parameter>:\n${create}`,
      );
    case 'no such column':
      return fault(
        'STORE_UNREACHABLE',
        `${said}. The table that store.jdbc.table names is another one than a message store needs:\n${create}`,
      );
    case 'no such user':
      return fault('STORE_UNREACHABLE', `${said}. Check store.jdbc.username and store.jdbc.password.`);
    case 'too long':
      return fault('STORE_REFUSED', `${said}. The column message is too small: LONGBLOB takes more than BLOB.`);
    case 'deadlock':
    case 'other':
      return fault('STORE_UNREACHABLE', said);
  }
}
