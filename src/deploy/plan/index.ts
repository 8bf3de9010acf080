/** For users: nothing directly. For other rooms: planDeployment, formatPlan and the shape of a plan. */
export { insideOf, type Inside } from './inside.ts';
export type { SharedQueue } from './entrances.ts';
export { planDeployment, planFor } from './plan-deployment.ts';
export { formatPlan, planFormats, type PlanFormat } from './format/format.ts';
export type { IsolateRequest, Measured, Plan, PlannedArtifact, PlannedNode, PlannedPod, PlanOptions } from './plan.ts';
export type { PodRequest } from './capacity.ts';
export { podRequest } from './timings.ts';
