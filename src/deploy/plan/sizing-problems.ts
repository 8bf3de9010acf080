/** What is wrong with the numbers a sizing was asked for with. */
import type { Problem } from '../../errors.ts';
import type { PlanOptions } from './plan.ts';
import { error } from './problems.ts';
import { count } from './situation.ts';

/** As most regions of the clouds have. */
export const usualZones = 3;

export function badSizes(options: PlanOptions): Problem[] {
  return [...badRates(options), ...badNodes(options), ...cannotSurvive(options)];
}

function badRates({ rps, rpsPerReplica, payloadKiB }: PlanOptions): Problem[] {
  const problems: Problem[] = [];
  if (rps !== undefined && !(rps >= 0 && Number.isFinite(rps)))
    problems.push(bad('--rps', `${rps} is no number of requests per second.`, 'Give the peak you expect.'));
  if (rpsPerReplica !== undefined && !isPositive(rpsPerReplica)) {
    const text = `${rpsPerReplica} requests per second per replica cannot be.`;
    problems.push(bad('--rps-per-replica', text, 'Give a number above 0.'));
  }
  if (payloadKiB !== undefined && !(payloadKiB >= 0 && Number.isFinite(payloadKiB)))
    problems.push(bad('--payload', `${payloadKiB} KiB cannot be.`, 'Give the size of a usual request: 10k.'));
  return problems;
}

function badNodes({ nodeCpuMillis, nodeMemoryMi }: PlanOptions): Problem[] {
  const problems: Problem[] = [];
  if (nodeCpuMillis !== undefined && !isPositive(nodeCpuMillis))
    problems.push(bad('--node-cpu', `${nodeCpuMillis}m of CPU cannot be.`, 'Give the CPUs of a worker node: 4.'));
  if (nodeMemoryMi !== undefined && !isPositive(nodeMemoryMi))
    problems.push(bad('--node-memory', `${nodeMemoryMi} Mi cannot be.`, 'Give the memory of a worker node: 16Gi.'));
  return problems;
}

function cannotSurvive({ survive, nodes, zones = usualZones }: PlanOptions): Problem[] {
  if (survive === undefined || survive === 'pod') return [];
  if (survive === 'zone') {
    if (!Number.isInteger(zones) || zones < 2 || zones > 20)
      return [bad('--zones', `One of ${zones} zones cannot be lost.`, 'Give a whole number of at least 2.')];
    if (nodes === undefined || nodes >= zones) return [];
    const text = `${count(nodes, 'worker node')} cannot be in ${zones} zones.`;
    return [error('CANNOT_SURVIVE', '--survive', text, `Give --nodes ${zones} or more, or fewer --zones.`)];
  }
  const lost = survive === 'node' ? 1 : survive;
  if (!Number.isInteger(lost) || lost < 0)
    return [bad('--survive', `${lost} is no number of nodes.`, 'Give pod, node, zone, or a whole number of nodes.')];
  if (nodes === undefined || lost < nodes) return [];
  const text = `${count(nodes, 'worker node')} cannot lose ${lost} and still serve.`;
  return [error('CANNOT_SURVIVE', '--survive', text, `Give --nodes ${lost + 1} or more.`)];
}

function isPositive(n: number): boolean {
  return n > 0 && Number.isFinite(n);
}

function bad(option: string, text: string, hint: string): Problem {
  return error('BAD_NUMBER', option, text, hint);
}
