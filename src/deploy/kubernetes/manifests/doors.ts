/** Ports of listening inbound endpoints: the pods of POD 1 open them, and the Service leads to them. */
import type { Inside } from '../../plan/index.ts';
import { filled } from './placeholders.ts';

export interface DoorPort {
  /** At most 15 characters, as Kubernetes wants them (RFC 6335): "in-8285". */
  readonly name: string;
  readonly port: number;
}

/** Lowest first; a port that several name is there once. `values` fill the placeholders. */
export function doorsOf({ artifacts }: Inside, values: Readonly<Record<string, string>>): readonly DoorPort[] {
  const ports = artifacts
    .filter(({ faulty, port }) => !faulty && port !== undefined)
    .map(({ port }) => filled(port!, values))
    .filter((port) => /^\d{1,5}$/.test(port))
    .map(Number)
    .filter((port) => port > 0 && port < 65_536);
  return [...new Set(ports)].toSorted((a, b) => a - b).map((port) => ({ name: `in-${port}`, port }));
}
