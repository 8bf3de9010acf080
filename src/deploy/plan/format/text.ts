import { formatPosition, type Problem } from '../../../errors.ts';
import type { AvailabilityRow, Outage, Plan, PlannedPod } from '../plan.ts';
import { isAboutOption } from '../problems.ts';
import { count, listed } from '../situation.ts';
import { seconds } from '../timings.ts';
import { table, wrap } from './table.ts';

/** Columns of a terminal that the plan keeps to. */
const width = 100;

/** For people at a terminal: what, why, where, how available, at what cost, and what to mind. */
export function planText(plan: Plan): string {
  const sections = [
    head(plan),
    pods(plan),
    artifacts(plan),
    availability(plan),
    cost(plan),
    sizing(plan),
    problems(plan),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

function head(plan: Plan): string[] {
  const title = plan.ok
    ? `${plan.name}: ${plan.pattern}, ${count(plan.replicas, 'replica')} on ${count(plan.nodes.length, 'worker node')}`
    : `${plan.name}: no plan for pattern ${plan.pattern}`;
  return [title, ...plan.because.flatMap((line) => wrap(line, width, '  - ', '    '))];
}

function pods(plan: Plan): string[] {
  if (plan.pods.length === 0) return [];
  const rows = plan.nodes.flatMap((node) => {
    const here = plan.pods.filter((pod) => pod.node === node.name);
    if (here.length === 0) return [{ cells: [node.name, '', '', ''], text: 'spare, for the pods of a lost node' }];
    return here.map((pod, i) => ({
      cells: [
        i === 0 ? node.name : '',
        pod.name,
        pod.title,
        pod.serves === 'all' ? `${pod.stateless.length} stateless` : '',
      ],
      text: held(pod),
    }));
  });
  const left = table(rows.map((r) => [...r.cells, '|'])).map((line) => line.slice(0, -1));
  return ['Where', ...rows.flatMap((r, i) => wrap(r.text, width, left[i], ' '.repeat(left[i]!.length)))].map((l) =>
    l.trimEnd(),
  );
}

function held(pod: PlannedPod): string {
  const standby = pod.mayHold.length - pod.runs.length;
  const runs = pod.runs.length > 0 ? `runs ${listed(pod.runs)}` : '';
  const ready = standby > 0 ? `stands by for ${standby}` : '';
  return [runs, ready].filter((s) => s !== '').join(', ');
}

/** Every artifact under its reason; artifacts of a kind share one. */
function artifacts(plan: Plan): string[] {
  const section = (title: string, stateful: boolean): string[] => {
    const reasons = new Map<string, string[]>();
    for (const a of plan.artifacts) {
      if (a.faulty || a.stateful !== stateful) continue;
      const apart = a.group === 'main' ? '' : ` [${a.group}]`;
      reasons.set(a.reason, [...(reasons.get(a.reason) ?? []), a.key + apart]);
    }
    const lines = [...reasons].flatMap(([reason, keys]) => [
      ...wrap(reason.replace(/\.?$/, ':'), width, '    '),
      ...wrap(keys.join(', '), width, '      '),
    ]);
    return lines.length > 0 ? [`  ${title}`, ...lines] : [];
  };
  const lines = [
    ...section('Stateful, one holder at a time', true),
    ...section('Stateless, in every replica of POD 1', false),
  ];
  return lines.length > 0 ? ['Artifacts', ...lines] : [];
}

function availability(plan: Plan): string[] {
  if (plan.availability.length === 0) return [];
  const notes: string[] = [];
  const cell = (outage: Outage | undefined): string => {
    if (outage === undefined) return '-';
    if (!notes.includes(outage.how)) notes.push(outage.how);
    const time = outage.seconds === null ? 'node back' : outage.seconds === 0 ? 'none' : seconds(outage.seconds * 1000);
    return `${time} [${notes.indexOf(outage.how) + 1}]`;
  };
  const row = (r: AvailabilityRow): string[] => [
    `${r.chosen ? '>' : ' '} ${r.pattern}`,
    r.what === 'traffic' ? 'requests' : 'stateful',
    ...(r.refused === undefined
      ? [cell(r.podFailure), cell(r.nodeFailure), cell(r.rollingUpdate)]
      : [`refused: ${r.refused}`]),
  ];
  const full = plan.availability.filter((r) => r.refused === undefined).map(row);
  const refused = plan.availability.filter((r) => r.refused !== undefined && r.what === 'traffic').map(row);
  const header = ['  pattern', 'for', 'pod failure', 'node failure', 'rolling update'];
  const body = table([header, ...full]);
  const start = plan.start.source === 'measured' ? 'measured start' : 'start assumed, not measured';
  return [
    `Downtime, at most (${start})`,
    ...body,
    ...refused.map((r) => `  ${r[0]!}: ${r[2]!}`),
    ...notes.flatMap((note, i) => wrap(note, width, `  [${i + 1}] `.padEnd(7), ' '.repeat(7))),
  ];
}

function cost(plan: Plan): string[] {
  if (plan.cost.length === 0) return [];
  return [
    'Cost',
    ...table([
      ['  pattern', 'pods', 'nodes', 'CPU asked', 'memory asked'],
      ...plan.cost.map((c) => [
        `${c.chosen ? '>' : ' '} ${c.pattern}`,
        String(c.pods),
        String(c.nodes),
        `${c.cpuMillis}m`,
        `${c.memoryMi} Mi`,
      ]),
    ]),
  ];
}

function sizing(plan: Plan): string[] {
  if (plan.sizing === undefined) return [];
  return [
    `Sizing: ${count(plan.sizing.replicas, 'replica')} on ${count(plan.sizing.nodes, 'worker node')}`,
    ...plan.sizing.steps.flatMap((step) => wrap(step, width, '  - ', '    ')),
  ];
}

function problems(plan: Plan): string[] {
  return plan.problems.flatMap((p) => [
    ...wrap(`${p.level === 'info' ? 'note' : p.level}: ${p.code} ${place(p)}: ${p.text}`, width, '', '  '),
    ...(p.hint === undefined ? [] : wrap(p.hint, width, '  -> ', '     ')),
  ]);
}

function place(p: Problem): string {
  return isAboutOption(p) ? p.at.file : formatPosition(p.at);
}
