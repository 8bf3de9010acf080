/** The four conditions. Each is a list of small rules, asked in order; the first that has something to say decides. */
import type { Condition, Integration } from '../resource/integration.ts';
import type { Situation } from './situation.ts';

type Said = readonly [status: 'True' | 'False', reason: string, message: string];
type Rule = (situation: Situation) => Said | false | undefined;

const stopped: Rule = ({ stop }) => stop && ['False', stop.reason, stop.message];

const paused: Rule = ({ facts }) =>
  facts.integration.spec.paused === true && ['False', 'Paused', 'spec.paused is true: nothing is changed.'];

const rolledBack: Rule = ({ running, newest }) =>
  running !== undefined &&
  newest !== undefined &&
  running.number !== newest.number && [
    'False',
    'RolledBack',
    `Revision ${newest.number} did not get ready in time; revision ${running.number} runs. Correct the spec, or go back to what it was.`,
  ];

const failed: Rule = (at) =>
  at.rollout === 'failed' && [
    'False',
    'UpdateFailed',
    `Revision ${at.running?.number} got no further within its time; the version before it goes on serving. ${why(at)}`,
  ];

const serving: Rule = ({ rollout, pods, running }) =>
  rollout === 'done' && [
    'True',
    'Serving',
    `${pods.ready} of ${pods.wanted} pods serve revision ${running?.number}, artifacts ${running?.inside.digest.slice(0, 12)}.`,
  ];

const lost: Rule = (at) =>
  at.servedBefore &&
  at.rollout === 'rolling' && ['False', 'PodsNotReady', `${at.pods.ready} of ${at.pods.wanted} pods serve. ${why(at)}`];

const rolling: Rule = (at) => [
  'False',
  'RollingOut',
  `${at.main?.updated ?? 0} of ${at.main?.wanted ?? at.pods.wanted} pods of POD 1 are of revision ${at.running?.number}, ${at.pods.ready} of ${at.pods.wanted} pods serve. ${why(at)}`,
];

const answering: Rule = ({ main }) =>
  main !== undefined && main.ready > 0
    ? ['True', 'Answering', `${main.ready} ${main.ready === 1 ? 'pod takes' : 'pods take'} requests.`]
    : ['False', 'NobodyAnswers', 'No pod takes requests.'];

const inspecting: Rule = ({ stop }) => stop?.reason === 'Inspecting' && ['True', stop.reason, stop.message];
const stands: Rule = ({ stop }) => stop && ['False', 'Stopped', 'It waits for what Ready says.'];
const moving: Rule = (at) =>
  at.rollout === 'rolling' &&
  !at.servedBefore && ['True', 'RollingOut', `Revision ${at.running?.number} is rolled out.`];
const settled: Rule = () => ['False', 'Settled', 'Nothing is being changed.'];

/** What the others call not ready, as a complaint. */
const complaint =
  (rule: Rule): Rule =>
  (at) => {
    const said = rule(at);
    return said && said[1] !== 'Inspecting' && ['True', said[1], said[2]];
  };
const asWanted: Rule = () => ['False', 'AsWanted', 'Nothing is wrong.'];

const rules: Readonly<Record<string, readonly Rule[]>> = {
  Ready: [stopped, rolledBack, failed, serving, paused, lost, rolling],
  Available: [answering],
  Progressing: [paused, inspecting, stands, moving, settled],
  Degraded: [complaint(stopped), complaint(rolledBack), complaint(failed), complaint(lost), asWanted],
};

/** `now`: RFC 3339. A condition that says the same as before keeps its time. */
export function conditionsOf(situation: Situation, now: string): readonly Condition[] {
  const { integration } = situation.facts;
  return Object.entries(rules).map(([type, inOrder]) => {
    for (const rule of inOrder) {
      const said = rule(situation);
      if (said) return condition(type, said, integration, now);
    }
    return condition(type, ['False', 'Unknown', 'Nothing is known yet.'], integration, now);
  });
}

function condition(
  type: string,
  [status, reason, message]: Said,
  { metadata, status: before }: Integration,
  now: string,
): Condition {
  const last = before?.conditions?.find((one) => one.type === type);
  return {
    type,
    status,
    observedGeneration: metadata.generation ?? 0,
    lastTransitionTime: last?.status === status ? last.lastTransitionTime : now,
    reason,
    message: message.trim().slice(0, 4_000),
  };
}

function why({ troubles }: Situation): string {
  return troubles.join('; ');
}
