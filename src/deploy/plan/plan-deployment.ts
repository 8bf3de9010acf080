import type { Project } from '../../artifacts/model.ts';
import type { Pattern } from '../status.ts';
import { availabilityOf } from './availability.ts';
import { costOf } from './cost.ts';
import { insideOf, type Inside } from './inside.ts';
import { formGroups } from './isolation.ts';
import { layOut, type Layout } from './layout.ts';
import { argue, choosePattern } from './pattern.ts';
import type { Plan, PlanOptions, Sizing } from './plan.ts';
import { splitGroups } from './placed.ts';
import { refuse, whyNot, type Request } from './refuse.ts';
import { describeArtifact, gather, patterns, type Situation } from './situation.ts';
import { size } from './sizing.ts';
import { warn } from './warn.ts';

/**
 * Decides how a project is deployed, and says why. Pure: it looks at the project and the options, touches nothing,
 * and never throws for what a user wrote; everything wrong is in `problems`, and then the plan has no pods.
 */
export function planDeployment(project: Project, options: PlanOptions = {}): Plan {
  return planFor(insideOf(project), options);
}

/** The same, for whoever knows what is inside and does not have the artifacts. */
export function planFor(inside: Inside, options: PlanOptions): Plan {
  const situation = gather(inside, options);
  const choice = choosePattern(situation);
  const { sizing, problems: sizingProblems } = size(options);
  const request: Request = { pattern: choice.pattern, ...counts(options, choice.pattern, sizing) };
  const { groups, problems: groupProblems } = formGroups(situation, choice.pattern);
  const errors = [
    ...refuse(situation, request),
    ...groupProblems,
    ...splitGroups(situation, groups),
    ...sizingProblems,
  ];
  const ok = errors.every((p) => p.level !== 'error');

  const layout = ok ? layOut(situation, choice.pattern, groups, request.replicas, request.nodes) : undefined;
  const groupOf = new Map(groups.flatMap((g) => g.artifacts.map((key) => [key, g.name] as const)));
  return {
    name: inside.name,
    ok,
    pattern: choice.pattern,
    reason: choice.reason,
    because: argue(situation, choice, layout),
    replicas: request.replicas,
    nodes: layout?.nodes ?? [],
    pods: layout?.pods ?? [],
    artifacts: [
      ...situation.sound.map((a) => describeArtifact(a, groupOf.get(a.key) ?? 'main')),
      ...situation.faulty.map((a) => describeArtifact(a, 'main')),
    ],
    problems: [...errors, ...(layout ? warn({ situation, layout, sizing }) : [])],
    ...(layout ? compare(situation, layout, sizing) : { availability: [], cost: [] }),
    sizing,
    start: situation.start,
  };
}

/**
 * How many replicas of POD 1 and how many nodes: what was asked for, else what the load wants, else the least that is
 * available.
 */
function counts(
  options: PlanOptions,
  pattern: Pattern,
  sizing: Sizing | undefined,
): { replicas: number; nodes: number } {
  if (pattern === 'single') return { replicas: options.replicas ?? 1, nodes: options.nodes ?? sizing?.nodes ?? 1 };
  const replicas = options.replicas ?? sizing?.replicas ?? Math.max(2, options.nodes ?? 2);
  const nodes = options.nodes ?? sizing?.nodes ?? Math.min(replicas, 3);
  return { replicas, nodes };
}

/** The chosen layout beside what the other patterns would give and cost. */
function compare(
  situation: Situation,
  chosen: Layout,
  sizing: Sizing | undefined,
): Pick<Plan, 'availability' | 'cost'> {
  const layouts = patterns.map((pattern) => {
    if (pattern === chosen.pattern) return chosen;
    const least = counts({ ...situation.options, replicas: undefined }, pattern, sizing);
    const single = pattern === 'single';
    const replicas = single ? 1 : Math.max(least.replicas, chosen.replicas);
    const nodes = situation.options.nodes ?? (single ? 1 : Math.max(least.nodes, chosen.nodes.length));
    // The groups the user named belong to the isolated pattern also when another one was chosen.
    const { groups } = formGroups({ ...situation, options: { ...situation.options, isolate: undefined } }, pattern);
    return layOut(situation, pattern, groups, replicas, nodes);
  });
  return {
    availability: layouts.flatMap((layout) =>
      availabilityOf(
        layout,
        situation.start,
        layout === chosen,
        layout === chosen ? undefined : whyNot(situation, layout.pattern),
      ),
    ),
    cost: layouts.map((layout) => costOf(layout, layout === chosen, sizing?.pod)),
  };
}
