/** What a plan warns of: it works, but not as well as its reader may think. */
import type { Problem } from '../../errors.ts';
import { leastAfterNodeLoss } from './availability.ts';
import type { Layout } from './layout.ts';
import type { Sizing } from './plan.ts';
import { pinned } from './placed.ts';
import { note, warning } from './problems.ts';
import { count, type Situation } from './situation.ts';

interface Planned {
  readonly situation: Situation;
  readonly layout: Layout;
  readonly sizing: Sizing | undefined;
}

type Warning = (planned: Planned) => readonly Problem[];

const oneNode: Warning = ({ layout }) =>
  layout.nodes.length === 1
    ? [
        warning(
          'ONE_NODE',
          '--nodes',
          'One worker node: when it fails, everything is down until it is back.',
          'Two nodes or more give high availability.',
        ),
      ]
    : [];

const oneReplica: Warning = ({ layout }) =>
  layout.replicas === 1
    ? [
        warning(
          'ONE_REPLICA',
          '--replicas',
          'One replica: when it fails, nothing is served until it is back; and nobody shares its load.',
          'With two replicas or more the others go on.',
        ),
      ]
    : [];

const allOnOneNode: Warning = ({ layout }) =>
  layout.replicas > 1 && layout.nodes.length > 1 && leastAfterNodeLoss(layout, 'main') === 0
    ? [
        warning(
          'NOT_SPREAD',
          '--nodes',
          'All replicas are on one worker node.',
          'Give at least as many nodes as survive a failure.',
        ),
      ]
    : [];

const crowdedNodes: Warning = ({ layout, situation }) => {
  const nodes = layout.nodes.length;
  if (nodes === 1 || layout.replicas <= nodes) return [];
  const perNode = Math.ceil(layout.replicas / nodes);
  const text = `${count(layout.replicas, 'replica')} on ${nodes} worker nodes: losing one node takes up to ${perNode} at once.`;
  // Someone who gave --survive has that loss reckoned in.
  const reckoned = !['pod', 0, undefined].includes(situation.options.survive);
  const make = reckoned ? note : warning;
  return [make('CROWDED_NODES', '--nodes', text, `${layout.replicas} nodes would hold one replica each.`)];
};

const tooFewForLoad: Warning = ({ layout, sizing }) =>
  sizing !== undefined && (layout.replicas < sizing.replicas || layout.nodes.length < sizing.nodes)
    ? [
        warning(
          'TOO_SMALL',
          '--replicas',
          `${count(layout.replicas, 'replica')} on ${count(layout.nodes.length, 'node')} were asked for; the expected load wants ${sizing.replicas} on ${sizing.nodes}.`,
          'Leave --replicas and --nodes out to get what the load wants.',
        ),
      ]
    : [];

const memoryStore: Warning = ({ situation, layout }) => {
  if (layout.pods.length === 1) return [];
  return situation.sound
    .filter(({ bound }) => bound === 'memory')
    .map((store) => {
      const readers = situation.sound.filter((a) => a.store === store.name);
      const consequence = readers[0]
        ? `every pod runs ${readers[0].key} over its own store`
        : 'a message is known only to the pod that stored it';
      return warning(
        'STORE_IN_MEMORY',
        store.at,
        `${store.key} keeps messages in memory, each of the ${layout.pods.length} pods for itself: ${consequence}, and a lost pod takes its messages along.`,
        'Use a store outside of the pods: JDBC, JMS, RabbitMQ or Kafka.',
        store.key,
      );
    });
};

const storeInFile: Warning = ({ situation, layout }) =>
  layout.nodes.length === 1
    ? []
    : situation.sound
        .filter(({ kind, bound }) => kind === 'messageStore' && bound === 'files')
        .map((store) =>
          warning(
            'STORE_IN_FILE',
            store.at,
            `${store.key} is a file of SQLite: pods on different machines would each have their own, and what waits on one machine is not seen by a processor on another.`,
            'Use PostgreSQL, MariaDB or a broker where the worker nodes are machines.',
            store.key,
          ),
        );

const localFiles: Warning = ({ situation, layout }) =>
  layout.nodes.length === 1
    ? []
    : situation.stateful
        .filter(({ bound }) => bound === 'files')
        .map((a) =>
          warning(
            'LOCAL_FILES',
            a.at,
            `${a.key} polls a folder of its worker node, and may run on another one tomorrow.`,
            `Mount a volume that all ${layout.nodes.length} nodes share, or use sftp.`,
            a.key,
          ),
        );

const fewLanes: Warning = ({ situation, layout }) =>
  situation.stateless
    .filter(({ lanes }) => lanes !== undefined && lanes < layout.replicas)
    .map((a) =>
      warning(
        'FEW_LANES',
        a.at,
        `${a.key} has ${count(a.lanes!, 'lane')}, each held by one replica: ${layout.replicas - a.lanes!} of the ${layout.replicas} take nothing.`,
        'Raise gantry.mqtt.lanes to a multiple of the replicas.',
        a.key,
      ),
    );

const nothingToCoordinate: Warning = ({ situation, layout }) =>
  situation.stateful.length === 0 && (layout.pattern === 'coordinated' || layout.pattern === 'isolated')
    ? [
        note(
          'NOTHING_STATEFUL',
          '--pattern',
          `Pattern ${layout.pattern} has nothing to do here: no artifact is stateful.`,
          'Pattern replicated does the same with less.',
        ),
      ]
    : [];

const faultyArtifacts: Warning = ({ situation: { faulty } }) =>
  faulty.map((a) =>
    warning(
      'NOT_DEPLOYED',
      a.at,
      `${a.key} has errors and will not be deployed.`,
      'gantry check says what is wrong with it.',
      a.key,
    ),
  );

const nothingAtAll: Warning = ({ situation: { sound } }) =>
  sound.length === 0
    ? [
        warning(
          'NOTHING_TO_RUN',
          '--pattern',
          'No artifact can be deployed: the pods would serve nothing.',
          'gantry check says what is wrong.',
        ),
      ]
    : [];

const warnings: readonly Warning[] = [
  nothingAtAll,
  faultyArtifacts,
  oneNode,
  oneReplica,
  allOnOneNode,
  crowdedNodes,
  tooFewForLoad,
  memoryStore,
  storeInFile,
  localFiles,
  fewLanes,
  ({ situation, layout }) => pinned(situation, layout),
  nothingToCoordinate,
];

export function warn(planned: Planned): Problem[] {
  return warnings.flatMap((rule) => rule(planned));
}
