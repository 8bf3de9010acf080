import { outliveReaders, type LogFormat, type LogLevel } from '../../../log.ts';
import { replicaEnvironment, type ToParent, type ToReplica } from '../../../deploy/local/protocol.ts';
import type { ReplicaIdentity } from '../../../runtime/membership/joining.ts';
import { peerPlace } from '../../../runtime/membership/peering.ts';
import { startReplica, type Replica } from '../../../runtime/replica.ts';
import { untilToldToGo } from '../told-to-go.ts';
import { exitCode, UsageError } from '../usage.ts';
import { integerOption, parseLine, textOption, wordOption } from '../options.ts';
import { replicaOptions } from './replica-options.ts';

/**
 * `gantry replica PATH...`: what a pod runs, on Kubernetes and behind the local load balancer alike.
 * Not in the usage text: `gantry run` starts it.
 */
export async function runReplica(args: readonly string[]): Promise<number> {
  const line = parseLine(args, replicaOptions);
  const tell = process.send
    ? (message: ToParent): void => void (process.connected && process.send!(message))
    : undefined;
  const serveOnMs = milliseconds(replicaEnvironment.serveOn);
  let replica: Replica | undefined;
  // Listens before the start, which takes a while: who is told to go meanwhile has nothing in hand, and goes.
  const toldToGo = async (): Promise<void> => {
    await untilTold();
    if (replica === undefined) process.exit(exitCode.ok);
  };
  const told = toldToGo();
  outliveReaders();
  try {
    const started = await startReplica({
      paths: line.paths,
      port: integerOption(line, 'port', 8290),
      httpsPort: textOption(line, 'https-port') === undefined ? undefined : integerOption(line, 'https-port', 8253),
      healthPort: integerOption(line, 'health-port', 9201),
      host: textOption(line, 'host') ?? '0.0.0.0',
      registryDir: textOption(line, 'registry'),
      envFile: textOption(line, 'env-file'),
      logFormat: wordOption(line, 'log-format', ['mi', 'json'] satisfies LogFormat[], 'mi'),
      logLevel: wordOption(line, 'log-level', ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] satisfies LogLevel[], 'INFO'),
      identity: identityOf(process.env),
      tell,
    });
    replica = started;
    tell?.({
      to: 'parent',
      type: 'ready',
      httpPort: started.httpPort,
      healthPort: started.healthPort,
      doors: started.doors,
      version: started.project.digest,
      startupMs: Math.round(performance.now()),
      problems: started.problems,
    });
    if (!tell) console.log(`ready on port ${started.httpPort}, health on ${started.healthPort}`);
    const beat = setInterval(() => {
      const member = started.member();
      const memory = process.memoryUsage.rss();
      tell?.({ to: 'parent', type: 'heartbeat', memory, hindered: started.hindered(), ...(member && { member }) });
    }, 1_000);
    await told;
    clearInterval(beat);
    await started.drain({ serveOnMs });
    // Whatever a library still keeps open must not keep the process.
    process.exit(exitCode.ok);
  } catch (error) {
    tell?.({ to: 'parent', type: 'failed', text: (error as Error).message });
    throw error;
  }
}

/** Resolves on a signal, on a drain message, and when the supervisor is gone. */
function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    void untilToldToGo().then(resolve);
    process.once('disconnect', () => resolve());
    process.on('message', (message: Partial<ToReplica> | null) => {
      if (message?.to === 'replica' && message.type === 'drain') resolve();
    });
  });
}

/** Of a variable that a pod spec sets; 0 when it does not. */
function milliseconds(name: string): number {
  const written = process.env[name] ?? '';
  if (/^\d*$/.test(written)) return Number(written);
  throw new UsageError(`${name} takes a whole number of milliseconds, not "${written}".`);
}

function identityOf(env: NodeJS.ProcessEnv): ReplicaIdentity {
  const holds = env[replicaEnvironment.holds];
  return {
    pod: env[replicaEnvironment.pod] ?? 'pod-1',
    node: env[replicaEnvironment.node] ?? 'node-1',
    podUid: env[replicaEnvironment.podUid],
    arbiter: env[replicaEnvironment.arbiter] || 'none',
    renew: env[replicaEnvironment.renew] === 'loop' ? 'loop' : undefined,
    peers: peerPlace(env[replicaEnvironment.peers], env[replicaEnvironment.peerHost]),
    leasePipe: Number(env[replicaEnvironment.leasePipe]) || undefined,
    deployment: env[replicaEnvironment.deployment],
    holds: holds === undefined ? undefined : new Set(holds.split(',').filter((key) => key !== '')),
    serves: env[replicaEnvironment.serves] === 'none' ? 'none' : 'all',
    artifacts: env[replicaEnvironment.artifacts] || undefined,
    members: Number(env[replicaEnvironment.members]) || undefined,
  };
}
