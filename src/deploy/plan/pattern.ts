/**
 * Which pattern, and why: a list of small rules, asked in order; the first that has a reason decides.
 */
import type { Pattern } from '../status.ts';
import type { Layout } from './layout.ts';
import { count, listed, type Situation } from './situation.ts';

export interface PatternChoice {
  readonly pattern: Pattern;
  readonly reason: string;
}

type Rule = (situation: Situation) => PatternChoice | undefined;

const asked: Rule = ({ options: { pattern } }) =>
  pattern !== undefined && pattern !== 'auto' ? { pattern, reason: `asked for with --pattern ${pattern}` } : undefined;

const isolationWanted: Rule = ({ options: { isolate } }) => {
  const groups = Object.keys(isolate ?? {});
  return groups.length > 0
    ? { pattern: 'isolated', reason: `${count(groups.length, 'group')} to run in a pod apart: ${listed(groups)}` }
    : undefined;
};

const oneReplicaWanted: Rule = ({ options: { replicas } }) =>
  replicas === 1 ? { pattern: 'single', reason: 'one replica was asked for' } : undefined;

const nothingStateful: Rule = ({ stateful, sound }) =>
  stateful.length === 0
    ? {
        pattern: 'replicated',
        reason: `${sound.length === 1 ? 'the only artifact is' : `all ${sound.length} artifacts are`} stateless: every replica may run everything`,
      }
    : undefined;

const somethingStateful: Rule = ({ stateful, sound }) => ({
  pattern: 'coordinated',
  reason: `${stateful.length} of ${count(sound.length, 'artifact')} ${stateful.length === 1 ? 'is' : 'are'} stateful and may run in one replica at a time`,
});

const rules: readonly Rule[] = [asked, isolationWanted, oneReplicaWanted, nothingStateful, somethingStateful];

export function choosePattern(situation: Situation): PatternChoice {
  for (const rule of rules) {
    const choice = rule(situation);
    if (choice !== undefined) return choice;
  }
  throw new Error('the last rule always answers');
}

/** The argument at length: what was found, what follows, what the other patterns would mean. */
export function argue(situation: Situation, choice: PatternChoice, layout: Layout | undefined): string[] {
  const { stateful, stateless } = situation;
  const lines = [
    stateful.length === 0
      ? `Nothing here is stateful: no scheduled task, message processor, poller or event consumer.`
      : `Stateful, so that only one replica may run it at a time: ${listed(stateful.map((a) => a.key))}.`,
    `Stateless, served by every replica alike: ${count(stateless.length, 'artifact')}.`,
    `Pattern ${choice.pattern}: ${choice.reason}.`,
  ];
  if (layout !== undefined) {
    lines.push(...consequences[choice.pattern](situation, layout.replicas, layout.nodes.length));
  }
  return lines;
}

const consequences: Readonly<Record<Pattern, (s: Situation, replicas: number, nodes: number) => string[]>> = {
  single: () => [
    'One pod runs everything, so nothing can run twice; while that pod is away nothing runs at all.',
    'It is the cheapest pattern and the one without load balancing and high availability.',
  ],
  replicated: ({ stateless }, replicas, nodes) => {
    const equals = `${count(replicas, 'equal replica')} on ${count(nodes, 'worker node')} share the requests`;
    const shared = stateless.filter(({ lanes }) => lanes).map(({ key }) => key);
    return shared.length === 0
      ? [`${equals}; no coordination is needed.`]
      : [`${equals}, and the lanes of ${listed(shared)}: a lease and a fencing token keep each lane with one of them.`];
  },
  coordinated: ({ stateful }, replicas) => [
    `All ${count(replicas, 'replica')} are equal and share the requests.`,
    stateful.length === 0
      ? 'There is nothing to coordinate: the replicas behave as in the replicated pattern.'
      : `Each stateful artifact is held by one replica at a time; a lease and a fencing token keep it so. No replica holds more than ${Math.ceil(stateful.length / Math.max(1, replicas))}.`,
    'Unlike in the isolated pattern, a lost holder is replaced by a replica that already runs.',
  ],
  isolated: ({ options }) => [
    Object.keys(options.isolate ?? {}).length > 0
      ? 'The named groups run in one pod each, beside the replicas of POD 1; other stateful artifacts are coordinated among those.'
      : 'No group was named, so each stateful artifact runs in a pod of its own, beside the replicas of POD 1.',
    'A busy stateful artifact then takes nothing from the requests; a lost pod must start again before its artifacts run.',
    'An isolated pod holds its artifacts by a lease all the same: a cut-off node cannot run them a second time.',
  ],
};
