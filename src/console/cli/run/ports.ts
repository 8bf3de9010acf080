import { createServer } from 'node:net';
import { integerOption, type ParsedLine } from '../options.ts';

/** The ports of a local deployment; 0 takes any free one. */
export interface Ports {
  http: number;
  health: number;
  admin: number;
  page: number;
}

export const portOptions = { http: 'port', health: 'health-port', admin: 'admin-port', page: 'page-port' } as const;

/** MI's ports, and the live page's. */
const usual: Readonly<Ports> = { http: 8290, health: 9201, admin: 9164, page: 9743 };

/** As they were asked for, else the usual ones. Throws UsageError. */
export function portsOf(line: ParsedLine): Ports {
  return {
    http: integerOption(line, portOptions.http, usual.http),
    health: integerOption(line, portOptions.health, usual.health),
    admin: integerOption(line, portOptions.admin, usual.admin),
    page: integerOption(line, portOptions.page, usual.page),
  };
}

/**
 * A usual side port that nobody asked for gives way when it is taken, so that two deployments can run beside each
 * other; what was asked for must be had. The traffic port never gives way: clients know it.
 */
export async function giveWay(line: ParsedLine, ports: Ports, say: (text: string) => void): Promise<Ports> {
  const given = { ...ports };
  for (const name of ['health', 'admin', 'page'] as const) {
    if (line.values[portOptions[name]] !== undefined || (await isFree(ports[name]))) continue;
    say(`port ${ports[name]} is taken, so ${name} gets a free one; --${portOptions[name]} chooses it`);
    given[name] = 0;
  }
  return given;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
