/** How many replicas and worker nodes serve the expected requests, also after the loss of some nodes. */
import type { Problem } from '../../errors.ts';
import type { PlanOptions, Sizing } from './plan.ts';
import { error } from './problems.ts';
import { count } from './situation.ts';

/** The sizing that was asked for; undefined when neither --expect-rps nor --survive-nodes was given. */
export function size(options: PlanOptions): { sizing: Sizing | undefined; problems: readonly Problem[] } {
  const { expectRps, surviveNodes } = options;
  if (expectRps === undefined && surviveNodes === undefined) return { sizing: undefined, problems: [] };
  const perReplica = options.rpsPerReplica ?? options.measured?.rpsPerReplica;
  const problems: Problem[] = [];
  if (expectRps !== undefined && !(expectRps >= 0 && Number.isFinite(expectRps))) {
    problems.push(
      error(
        'BAD_NUMBER',
        '--expect-rps',
        `${expectRps} is no number of requests per second.`,
        'Give the peak you expect.',
      ),
    );
  } else if (expectRps !== undefined && perReplica === undefined) {
    problems.push(
      error(
        'SIZING_NEEDS_RATE',
        '--expect-rps',
        'How many requests per second one replica serves is not known.',
        'Measure it, and give it with --rps-per-replica.',
      ),
    );
  }
  if (perReplica !== undefined && !(perReplica > 0 && Number.isFinite(perReplica))) {
    problems.push(
      error(
        'BAD_NUMBER',
        '--rps-per-replica',
        `${perReplica} requests per second per replica cannot be.`,
        'Give a number above 0.',
      ),
    );
  }
  const survive = surviveNodes ?? 0;
  if (!Number.isInteger(survive) || survive < 0) {
    problems.push(
      error('BAD_NUMBER', '--survive-nodes', `${survive} is no number of nodes.`, 'Give a whole number, usually 1.'),
    );
  } else if (options.nodes !== undefined && survive >= options.nodes) {
    problems.push(
      error(
        'CANNOT_SURVIVE',
        '--survive-nodes',
        `${count(options.nodes, 'worker node')} cannot lose ${survive} and still serve.`,
        `Give --nodes ${survive + 1} or more.`,
      ),
    );
  }
  if (problems.length > 0) return { sizing: undefined, problems };

  const steps: string[] = [];
  let needed = 1;
  if (expectRps !== undefined && perReplica !== undefined) {
    needed = Math.max(1, Math.ceil(expectRps / perReplica));
    steps.push(
      `${expectRps} requests/s at ${perReplica} per replica need ${expectRps}/${perReplica}, rounded up: ${count(needed, 'replica')}.`,
    );
  } else {
    steps.push('No --expect-rps: one replica is taken as enough.');
  }
  return { sizing: spread(needed, survive, options.nodes, steps), problems };
}

function spread(needed: number, survive: number, fixedNodes: number | undefined, steps: string[]): Sizing {
  if (survive === 0) {
    const nodes = fixedNodes ?? Math.min(needed, 3);
    steps.push('No --survive-nodes: nothing is added for the loss of a node.');
    return { replicas: needed, nodes, steps };
  }
  const choices = fixedNodes === undefined ? range(survive + 1, survive + Math.min(needed, 50)) : [fixedNodes];
  const options = choices.map((nodes) => ({ nodes, replicas: leastReplicas(needed, survive, nodes) }));
  // A node is reckoned as dear as a replica: neither many thin nodes nor a doubled fleet on two.
  const best = options.reduce((a, b) => (b.nodes + b.replicas < a.nodes + a.replicas ? b : a));
  const perNode = Math.ceil(best.replicas / best.nodes);
  steps.push(
    `${count(best.replicas, 'replica')} on ${count(best.nodes, 'worker node')} put at most ${perNode} on one; losing ${survive} leaves ${best.replicas} - ${survive} x ${perNode} = ${best.replicas - survive * perNode}, and ${needed} ${needed === 1 ? 'is' : 'are'} needed.`,
  );
  const others = options.filter((o) => o !== best).slice(0, 4);
  if (others.length > 0) {
    steps.push(`Also possible: ${others.map((o) => `${o.replicas} on ${o.nodes} nodes`).join(', ')}.`);
  }
  return { replicas: best.replicas, nodes: best.nodes, steps };
}

/** Fewest replicas that, spread over the nodes, leave `needed` when the fullest `survive` nodes are lost. */
function leastReplicas(needed: number, survive: number, nodes: number): number {
  // A lower bound to start from: at least the even share of each lost node goes.
  let replicas = Math.ceil((needed * nodes) / (nodes - survive));
  while (replicas - survive * Math.ceil(replicas / nodes) < needed) replicas++;
  return replicas;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(1, to - from + 1) }, (_, i) => from + i);
}
