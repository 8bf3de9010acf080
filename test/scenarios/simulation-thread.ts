/**
 * Runs simulations in a thread of their own: the test runner follows every promise of its thread, which makes millions
 * of them several times as slow.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Invariant } from './checker.ts';
import { mutants } from './mutants.ts';
import { simulate } from './simulation.ts';

export interface Job {
  readonly seeds: readonly number[];
  /** Name in the table of mutants; then it ends with the first seed that breaks what the mutant should break. */
  readonly mutant?: string;
  /** The members exchange promises. */
  readonly peers?: boolean;
  /** Threads renew their leases. */
  readonly threads?: boolean;
}

export interface JobResult {
  readonly violations: readonly { readonly seed: number; readonly invariant: Invariant; readonly text: string }[];
  /** Effects that only the token kept out. */
  readonly refused: number;
  readonly runs: number;
}

export async function inThread(job: Job): Promise<JobResult> {
  const worker = new Worker(new URL(import.meta.url), { workerData: job });
  const [result] = (await once(worker, 'message')) as [JobResult];
  await worker.terminate();
  return result;
}

async function run({ seeds, mutant, peers = false, threads = false }: Job): Promise<JobResult> {
  const violations: JobResult['violations'][number][] = [];
  let refused = 0;
  let runs = 0;
  for (const seed of seeds) {
    const deletes = seed % 2 === 0 ? ('assignments' as const) : ('leases' as const);
    const shape = mutant ? { pods: 3, artifacts: 5 } : { pods: 2 + (seed % 3), artifacts: 3 + (seed % 4) };
    const checker = await simulate({
      seed,
      peers,
      threads,
      faults: 25,
      deletes,
      ...shape,
      ...(mutant && mutants[mutant]!.change),
    });
    violations.push(...checker.violations.map((violation) => ({ seed, ...violation })));
    refused += checker.refused;
    runs += checker.runs;
    if (mutant && checker.found(mutants[mutant]!.breaks)) break;
  }
  return { violations, refused, runs };
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
if (!isMainThread) parentPort!.postMessage(await run(workerData as Job));
