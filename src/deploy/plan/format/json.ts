import type { Plan } from '../plan.ts';

/** The plan as it is, undefined fields left out. Shape: docs/reference/plan.md. */
export function planJson(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}
