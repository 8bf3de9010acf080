import type { Plan } from '../plan.ts';
import { planJson } from './json.ts';
import { planMermaid } from './mermaid.ts';
import { planSvg } from './svg.ts';
import { planText } from './text.ts';
import { planYaml } from './yaml.ts';

export type PlanFormat = 'text' | 'json' | 'yaml' | 'mermaid' | 'svg';

export const planFormats: readonly PlanFormat[] = ['text', 'json', 'yaml', 'mermaid', 'svg'];

const writers: Readonly<Record<PlanFormat, (plan: Plan) => string>> = {
  text: planText,
  json: planJson,
  yaml: planYaml,
  mermaid: planMermaid,
  svg: planSvg,
};

/** The plan as text for a terminal, data for a program, or a picture. Ends with a newline. */
export function formatPlan(plan: Plan, format: PlanFormat): string {
  return writers[format](plan);
}
