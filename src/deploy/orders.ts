/**
 * What people order of a deployment through its arbiter, each waited for until it is so. It makes no difference whose
 * processes hold the artifacts: a supervisor uses its own arbiter, anyone else one opened by its address.
 */
import { wholeOf } from '../artifacts/lanes.ts';
import { systemClock, type Clock } from '../clock.ts';
import { candidatesFor } from '../coordination/decide/candidates.ts';
import { podOf } from '../coordination/decide/names.ts';
import {
  askDrain,
  askMove,
  askRun,
  askSwitch,
  endDrain,
  type Arbiter,
  type Assignment,
  type DrainKey,
  type MemberRecord,
  type Switched,
} from '../coordination/index.ts';
import { DeploymentError } from './local/deployment-error.ts';

export interface MoveResult {
  /** "task/nightly". */
  readonly artifact: string;
  readonly pod: string;
  readonly token: number;
  readonly tookMs: number;
}

export interface DrainResult {
  /** "pod/pod-1" or "node/node-1". */
  readonly target: DrainKey;
  readonly moved: readonly { readonly artifact: string; readonly from: string; readonly to: string }[];
  /** Nobody else can hold these, so they stay where they are. */
  readonly kept: readonly { readonly artifact: string; readonly pod: string; readonly reason: string }[];
  readonly tookMs: number;
}

export interface UndrainResult {
  readonly target: DrainKey;
  /** False: it was not drained. */
  readonly was: boolean;
}

export interface SwitchResult {
  readonly artifact: string;
  readonly on: boolean;
  /** False: it was so already. */
  readonly changed: boolean;
}

export interface RunResult {
  readonly artifact: string;
  /** Its holder, which runs it. */
  readonly pod: string;
  /** Until the holder took it, milliseconds. */
  readonly tookMs: number;
}

export interface OrderOptions {
  readonly clock?: Clock;
  /** How long to wait for it to become so. */
  readonly withinMs?: number;
}

interface Picture {
  readonly assignment: Assignment;
  readonly members: readonly MemberRecord[];
}

const moveWithinMs = 10_000;
const drainWithinMs = 30_000;
const runWithinMs = 10_000;
/** How long an arbiter may take to answer one who asks or orders. */
export const answerWithinMs = 5_000;
/** A watch only wakes and may be lost. */
const lookEachMs = 100;

/** Has an artifact ("task/nightly", or its bare name) held by that pod. Rejects with DeploymentError. */
export async function orderMove(
  arbiter: Arbiter,
  artifact: string,
  pod: string,
  options: OrderOptions = {},
): Promise<MoveResult> {
  const clock = options.clock ?? systemClock;
  const began = clock.monotonic();
  const key = keyOf(artifact, Object.keys((await lookAt(arbiter)).assignment.artifacts));
  const answer = await reached(askMove(arbiter, key, pod, AbortSignal.timeout(answerWithinMs)));
  if (answer.outcome === 'refused') throw new DeploymentError('NOT_POSSIBLE', `${key} cannot move: ${answer.reason}.`);
  return await until(arbiter, clock, options.withinMs ?? moveWithinMs, (picture, timeIsUp) => {
    const entry = picture.assignment.artifacts[key];
    const holder = entry?.holder ? podOf(entry.holder) : undefined;
    if (entry && holder === pod)
      return { artifact: key, pod, token: entry.token, tookMs: Math.round(clock.monotonic() - began) };
    const isAsked = picture.assignment.moves?.[key] === pod;
    if (isAsked && !timeIsUp) return undefined;
    const able = ableTo(key, picture).map((member) => member.pod);
    const why = !able.includes(pod)
      ? `${pod} is not a live member that can hold it`
      : isAsked
        ? 'its holder has not done it in time; it will when it can'
        : `it was given to ${holder ?? 'nobody'} meanwhile: ${entry?.reason ?? 'nobody offers it'}`;
    throw new DeploymentError('NOT_POSSIBLE', `${key} is held by ${holder ?? 'nobody'}, not by ${pod}: ${why}.`);
  });
}

/** From now on that pod or node holds nothing that another can hold. Rejects with DeploymentError. */
export async function orderDrain(arbiter: Arbiter, target: string, options: OrderOptions = {}): Promise<DrainResult> {
  const clock = options.clock ?? systemClock;
  const began = clock.monotonic();
  const before = await lookAt(arbiter);
  const key = drainKey(target, before);
  const by = 'gantry drain';
  const answer = await reached(askDrain(arbiter, key, { at: clock.wall(), by }, AbortSignal.timeout(answerWithinMs)));
  if (answer.outcome === 'refused')
    throw new DeploymentError('NOT_POSSIBLE', `${target} cannot be drained: ${answer.reason}.`);
  const held = heldBy(key, before);
  return await until(arbiter, clock, options.withinMs ?? drainWithinMs, (picture, timeIsUp) => {
    const left = heldBy(key, picture);
    const kept = [...left].filter(([artifact]) => ableTo(artifact, picture).length === 0);
    if (left.size > kept.length) {
      if (!timeIsUp) return undefined;
      const names = [...left.keys()].join(', ');
      throw new DeploymentError('NOT_POSSIBLE', `${target} is drained, but still holds ${names}.`);
    }
    const holderOf = (artifact: string): string | null | undefined => picture.assignment.artifacts[artifact]?.holder;
    const moved = [...held]
      .filter(([artifact]) => !left.has(artifact))
      .map(([artifact, from]) => ({ artifact, from, to: podOf(holderOf(artifact) ?? 'nobody') }));
    return {
      target: key,
      moved,
      kept: kept.map(([artifact, pod]) => ({ artifact, pod, reason: 'no other live member can hold it' })),
      tookMs: Math.round(clock.monotonic() - began),
    };
  });
}

/** It may take work again. Rejects with DeploymentError. */
export async function orderUndrain(arbiter: Arbiter, target: string): Promise<UndrainResult> {
  const picture = await lookAt(arbiter);
  const drained = Object.keys(picture.assignment.drained ?? {}) as DrainKey[];
  const key = drained.find((one) => one === target || one.slice(one.indexOf('/') + 1) === target);
  // What is drained may be gone by now; only a name that nobody ever heard of is a slip.
  if (key === undefined) return { target: drainKey(target, picture), was: false };
  const answer = await reached(endDrain(arbiter, key, AbortSignal.timeout(answerWithinMs)));
  if (answer.outcome === 'refused') throw new DeploymentError('NOT_POSSIBLE', `${target}: ${answer.reason}.`);
  return { target: key, was: true };
}

/** Whether an artifact may work from now on, on whatever replica. Rejects with DeploymentError. */
export async function orderSwitch(
  arbiter: Arbiter,
  artifact: string,
  to: Pick<Switched, 'on' | 'reason'>,
  { clock = systemClock }: OrderOptions = {},
): Promise<SwitchResult> {
  const key = switchable(artifact, (await lookAt(arbiter)).assignment);
  const said: Switched = { ...to, at: clock.wall(), by: to.on ? 'gantry resume' : 'gantry pause' };
  const answer = await reached(askSwitch(arbiter, key, said, AbortSignal.timeout(answerWithinMs)));
  if (answer.outcome === 'refused') throw new DeploymentError('NOT_POSSIBLE', `${key}: ${answer.reason}.`);
  return { artifact: key, on: to.on, changed: answer.outcome === 'asked' };
}

/** One run now, out of turn; resolves when its holder has taken it. Rejects with DeploymentError. */
export async function orderRun(arbiter: Arbiter, artifact: string, options: OrderOptions = {}): Promise<RunResult> {
  const clock = options.clock ?? systemClock;
  const began = clock.monotonic();
  const key = keyOf(artifact, Object.keys((await lookAt(arbiter)).assignment.artifacts));
  if (!key.startsWith('task/'))
    throw new DeploymentError('NOT_POSSIBLE', `${key} has no runs of its own: only tasks have.`);
  const asked = { at: clock.wall(), by: 'gantry trigger' };
  const answer = await reached(askRun(arbiter, key, asked, AbortSignal.timeout(answerWithinMs)));
  if (answer.outcome === 'refused') throw new DeploymentError('NOT_POSSIBLE', `${key}: ${answer.reason}.`);
  return until(arbiter, clock, options.withinMs ?? runWithinMs, ({ assignment }, timeIsUp) => {
    const holder = assignment.artifacts[key]?.holder;
    if (assignment.runs?.[key]?.at !== asked.at)
      return { artifact: key, pod: holder ? podOf(holder) : 'nobody', tookMs: Math.round(clock.monotonic() - began) };
    if (!timeIsUp) return undefined;
    throw new DeploymentError('NOT_POSSIBLE', `${key} has not begun: it runs as soon as its holder looks.`);
  });
}

async function lookAt(arbiter: Arbiter): Promise<Picture> {
  const { assignment, members } = await reached(arbiter.snapshot({ signal: AbortSignal.timeout(answerWithinMs) }));
  if (assignment === undefined || assignment === 'same')
    throw new DeploymentError('NOT_FOUND', 'There is no such deployment at the arbiter: nothing has been assigned.');
  return { assignment: assignment.value, members: members.map(({ value }) => value) };
}

async function reached<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    throw new DeploymentError('NOT_POSSIBLE', `The arbiter does not answer: ${text}.`);
  });
}

/** Looks whenever there is news until `decide` has an answer, or throws; at the end it must. */
async function until<T>(
  arbiter: Arbiter,
  clock: Clock,
  withinMs: number,
  decide: (picture: Picture, timeIsUp: boolean) => T | undefined,
): Promise<T> {
  const endAt = clock.monotonic() + withinMs;
  let wake = (): void => {};
  const unwatch = arbiter.watch(() => wake());
  try {
    for (;;) {
      const news = Promise.withResolvers<void>();
      wake = news.resolve;
      const decided = decide(await lookAt(arbiter), clock.monotonic() >= endAt);
      if (decided !== undefined) return decided;
      const cancel = clock.after(lookEachMs, news.resolve);
      await news.promise;
      cancel();
    }
  } finally {
    unwatch();
  }
}

function keyOf(artifact: string, keys: readonly string[]): string {
  const found = keys.filter((key) => key === artifact || key.slice(key.indexOf('/') + 1) === artifact);
  if (found.length === 1) return found[0]!;
  const which = found.length === 0 ? `There is no stateful artifact "${artifact}"` : `"${artifact}" names several`;
  const names = (found.length === 0 ? keys : found).toSorted().join(', ');
  throw new DeploymentError('NOT_FOUND', `${which}. There are: ${names || 'none'}.`);
}

/** What every replica runs is held by nobody, and known by its whole key only. */
function switchable(artifact: string, { artifacts }: Assignment): string {
  // Lanes are switched all together, as what they are lanes of.
  const keys = [...new Set(Object.keys(artifacts).map(wholeOf))];
  const whole = wholeOf(artifact);
  const isHeld = keys.some((key) => key === whole || key.endsWith(`/${whole}`));
  return !isHeld && /^(task|inboundEndpoint|messageProcessor|proxy)\/./.test(artifact) ? artifact : keyOf(whole, keys);
}

function drainKey(target: string, { members }: Picture): DrainKey {
  const live = members.filter(({ state }) => state !== 'revoked');
  if (live.some(({ pod }) => pod === target)) return `pod/${target}`;
  if (live.some(({ node }) => node === target)) return `node/${target}`;
  const names = [...new Set([...live.map(({ pod }) => pod), ...live.map(({ node }) => node)])].join(', ');
  throw new DeploymentError(
    'NOT_FOUND',
    `No live member is on a pod or node "${target}". There are: ${names || 'none'}.`,
  );
}

/** Artifacts held on what the key names, and the pod that has each. */
function heldBy(key: DrainKey, { assignment, members }: Picture): Map<string, string> {
  const boots = new Map(
    members
      .filter(({ pod, node }) => key === `pod/${pod}` || key === `node/${node}`)
      .map(({ boot, pod }) => [boot, pod]),
  );
  const held = Object.entries(assignment.artifacts).filter(([, { holder }]) => holder !== null && boots.has(holder));
  return new Map(held.map(([artifact, { holder }]) => [artifact, boots.get(holder!)!]));
}

function ableTo(artifact: string, { assignment, members }: Picture): MemberRecord[] {
  const { offers, drained } = assignment;
  return candidatesFor(artifact, { members, offers, drained });
}
