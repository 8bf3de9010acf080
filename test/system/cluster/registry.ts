/**
 * A registry that pushes reach on this machine, and the nodes on theirs: a process each over one folder. In the clear a
 * registry is spoken to only where it is the very machine's own, so it needs no certificate that anybody would trust.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { noLoader } from './deployed.ts';

export interface Registry extends AsyncDisposable {
  /** As both know it. */
  readonly address: string;
}

/** For `skip` of node:test. */
export const noRegistry: string | false =
  noLoader ||
  (spawnSync('docker-registry', ['--version']).status !== 0 &&
    'no registry here: the Debian package docker-registry brings one') ||
  (nodesHere().length === 0 && "the nodes' processes are not this machine's, or share its network");

/** A process of each node whose network is its own. */
function nodesHere(): readonly string[] {
  const own = readlinkSync('/proc/self/ns/net');
  const byNetwork = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'kubelet') continue;
      const network = readlinkSync(`/proc/${pid}/ns/net`);
      if (network !== own) byNetwork.set(network, pid);
    } catch {
      // It has ended, or is somebody else's.
    }
  }
  return [...byNetwork.values()];
}

export async function startRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-registry-'));
  const running: ChildProcess[] = [];
  const serve = async (port: string, ...within: readonly string[]): Promise<string> => {
    const config = join(folder, `${running.length}.yml`);
    const storage = `{filesystem: {rootdirectory: "${join(folder, 'images')}"}, redirect: {disable: true}}`;
    writeFileSync(config, `version: 0.1\nlog: {level: info}\nstorage: ${storage}\nhttp: {addr: "127.0.0.1:${port}"}\n`);
    const [program, ...args] = [...within, 'docker-registry', 'serve', config];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    running.push(child);
    for await (const line of createInterface({ input: child.stderr })) {
      const listens = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (listens === undefined) continue;
      child.stderr.resume();
      return listens;
    }
    throw new Error(`the registry ended before it listened: ${[program, ...args].join(' ')}`);
  };
  const stop = async (): Promise<void> => {
    for (const child of running) {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true });
  };
  try {
    const port = await serve('0');
    for (const pid of nodesHere()) await serve(port, 'nsenter', `--net=/proc/${pid}/ns/net`);
    return { address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
