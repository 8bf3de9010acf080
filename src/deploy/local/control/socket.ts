import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * Where a deployment can be spoken to: a unix socket named by its traffic port, in a folder only its user can enter.
 *
 *   $XDG_RUNTIME_DIR/gantry/8290.sock     or  <tmp>/gantry-<uid>/8290.sock
 *
 * Never a TCP port: whoever can reach it may crash replicas.
 */
export function runtimeFolder(folder?: string): string {
  if (folder !== undefined) return folder;
  const base = process.env['XDG_RUNTIME_DIR'];
  return base ? join(base, 'gantry') : join(tmpdir(), `gantry-${userInfo().uid}`);
}

/** Makes the folder, and refuses one that someone else has put there. */
export function ownFolder(folder?: string): string {
  const place = runtimeFolder(folder);
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const found = lstatSync(place);
  if (!found.isDirectory() || found.uid !== userInfo().uid) {
    throw new Error(`${place} belongs to someone else; set XDG_RUNTIME_DIR to a folder of your own.`);
  }
  chmodSync(place, 0o700);
  return place;
}

export function socketPath(port: number, folder?: string): string {
  return join(runtimeFolder(folder), `${port}.sock`);
}

/** Traffic ports for which there is a socket, whether someone listens or not. */
export function socketPorts(folder?: string): number[] {
  try {
    return readdirSync(runtimeFolder(folder))
      .filter((name) => /^\d+\.sock$/.test(name))
      .map((name) => Number.parseInt(name, 10))
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}
