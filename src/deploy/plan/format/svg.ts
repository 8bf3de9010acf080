/**
 * A picture in the manner of the deployment pattern pages: requests enter on top, worker nodes stand side by side,
 * pods in them, artifacts in the pods. Stateful artifacts stand out: filled where they run, dashed where they stand by.
 */
import type { Plan } from '../plan.ts';
import { count } from '../situation.ts';
import { drawPods, shortKind, type DrawnItem, type DrawnPod } from './drawn.ts';
import { svgStyle } from './svg-style.ts';
import { wrap } from './table.ts';

const page = { width: 960, margin: 28, gap: 20, columns: 4 } as const;
const node = { head: 34, pad: 12 } as const;
const podBox = { head: 28, pad: 10, gap: 10 } as const;
const chip = { height: 26, gap: 6, most: 12 } as const;

export function planSvg(plan: Plan): string {
  const body: string[] = [];
  const title = plan.ok
    ? `${plan.name}: ${plan.pattern}, ${count(plan.replicas, 'replica')} on ${count(plan.nodes.length, 'worker node')}`
    : `${plan.name}: no plan for pattern ${plan.pattern}`;
  body.push(text(page.margin, 36, title, 'title'));
  let y = 58;
  const said = plan.ok
    ? [plan.reason]
    : plan.problems.filter((p) => p.level === 'error').map((p) => `${p.code} ${p.text}`);
  for (const line of said.flatMap((s) => wrap(s, 130))) {
    body.push(text(page.margin, y, line, 'reason'));
    y += 18;
  }
  if (plan.nodes.length > 0) {
    const cluster = drawCluster(plan, y + 8);
    body.push(...cluster.body);
    y = cluster.bottom;
    body.push(...legend(plan, y + 26));
    y += 36;
  }
  const height = y + 20;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${page.width} ${height}" width="${page.width}" height="${height}" role="img" aria-label="${escape(title)}">`,
    `<style>${svgStyle}</style>`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>`,
    `<rect class="page" width="${page.width}" height="${height}" rx="10"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

interface Drawing {
  readonly body: readonly string[];
  readonly bottom: number;
}

function drawCluster(plan: Plan, top: number): Drawing {
  const drawn = drawPods(plan);
  const columns = Math.min(page.columns, plan.nodes.length);
  const width = Math.min(420, (page.width - 2 * page.margin - (columns - 1) * page.gap) / columns);
  const left = (page.width - columns * width - (columns - 1) * page.gap) / 2;
  const middle = page.width / 2;
  const body: string[] = [
    `<rect class="balancer" x="${middle - 100}" y="${top}" width="200" height="34" rx="17"/>`,
    text(middle, top + 22, 'load balancer / Ingress', 'balancer-text', 'middle'),
  ];
  const firstBus = top + 52;
  let busY = firstBus;
  for (let from = 0; from < plan.nodes.length; from += columns) {
    const row = plan.nodes.slice(from, from + columns);
    const boxY = busY + 22;
    const height = Math.max(
      ...row.map((n) =>
        nodeHeight(
          drawn.filter((d) => d.pod.node === n.name),
          width,
        ),
      ),
    );
    const targets: number[] = [];
    row.forEach((n, i) => {
      const x = left + i * (width + page.gap);
      const pods = drawn.filter((d) => d.pod.node === n.name);
      if (pods.some((d) => d.pod.serves === 'all')) targets.push(x + width / 2);
      body.push(...drawNode(n.name, pods, x, boxY, width, height));
    });
    const edge = { x: left - 12, y: firstBus };
    const more = from === 0 && plan.nodes.length > columns;
    if (targets.length > 0 || more) {
      body.push(...bus(targets, busY, boxY, from === 0 ? { x: middle, y: top + 34 } : edge, more ? edge.x : undefined));
    }
    busY = boxY + height + 18;
  }
  return { body, bottom: busY - 18 };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Lines from the load balancer to the nodes of one row; later rows hang on a line down the left edge. */
function bus(targets: readonly number[], y: number, boxY: number, from: Point, reach = from.x): string[] {
  const ends = [...targets, from.x, reach];
  const across = from.y === y ? '' : `M${from.x} ${from.y}V${y}`;
  return [
    `<path class="line" d="${across}M${Math.min(...ends)} ${y}H${Math.max(...ends)}"/>`,
    ...targets.map((x) => `<path class="line" marker-end="url(#arrow)" d="M${x} ${y}V${boxY - 1}"/>`),
  ];
}

function nodeHeight(pods: readonly DrawnPod[], width: number): number {
  const inside = pods.reduce((sum, d) => sum + podHeight(d, width - 2 * node.pad) + podBox.gap, 0) - podBox.gap;
  return node.head + Math.max(40, inside) + node.pad;
}

function podHeight(d: DrawnPod, width: number): number {
  const { items, more } = shown(d);
  const rows = items.length + (more > 0 ? 1 : 0);
  const chips = rows * (chip.height + chip.gap);
  return podBox.head + chips + partsLines(d, width).length * 16 + podBox.pad - (chips > 0 ? chip.gap - 4 : 0);
}

/** "2 sequences, 1 endpoint" in at most two lines. */
function partsLines(d: DrawnPod, width: number): string[] {
  if (d.parts === '') return [];
  const lines = wrap(d.parts, Math.floor((width - 24) / 5.9));
  return lines.length <= 2 ? lines : [lines[0]!, `${cut(lines[1]!, width - 40, 5.9)} …`];
}

function shown(d: DrawnPod): { items: readonly DrawnItem[]; more: number } {
  if (d.items.length <= chip.most) return { items: d.items, more: 0 };
  // Where stateful artifacts run is what the picture is for: they come first when there is no room for all.
  const order = ['runs', 'serves', 'stands-by'];
  const items = d.items.toSorted((a, b) => order.indexOf(a.role) - order.indexOf(b.role)).slice(0, chip.most - 1);
  return { items, more: d.items.length - items.length };
}

function drawNode(
  name: string,
  pods: readonly DrawnPod[],
  x: number,
  y: number,
  width: number,
  height: number,
): string[] {
  const body = [
    `<rect class="node" x="${x}" y="${y}" width="${width}" height="${height}" rx="10"/>`,
    text(x + 14, y + 22, `worker ${name.replace('-', ' ')}`, 'node-text'),
  ];
  if (pods.length === 0) body.push(text(x + width / 2, y + height / 2 + 8, 'spare', 'spare', 'middle'));
  let top = y + node.head;
  for (const d of pods) {
    body.push(...drawPod(d, x + node.pad, top, width - 2 * node.pad));
    top += podHeight(d, width - 2 * node.pad) + podBox.gap;
  }
  return body;
}

function drawPod(d: DrawnPod, x: number, y: number, width: number): string[] {
  const apart = d.pod.serves === 'none';
  const { items, more } = shown(d);
  const body = [
    `<rect class="pod${apart ? ' apart' : ''}" x="${x}" y="${y}" width="${width}" height="${podHeight(d, width)}" rx="8"/>`,
    `<text class="pod-text" x="${x + 12}" y="${y + 19}">${escape(d.pod.title)}<tspan class="pod-name" dx="8">${escape(d.pod.name)}${apart ? ` · ${escape(cut(d.pod.group, width - 115))}` : ''}</tspan></text>`,
  ];
  let top = y + podBox.head;
  for (const item of items) {
    body.push(...drawChip(item, x + podBox.pad, top, width - 2 * podBox.pad));
    top += chip.height + chip.gap;
  }
  if (more > 0) {
    body.push(text(x + podBox.pad + 10, top + 17, `and ${more} more`, 'parts'));
    top += chip.height + chip.gap;
  }
  for (const line of partsLines(d, width)) {
    body.push(text(x + 12, top + 12, line, 'parts'));
    top += 16;
  }
  return body;
}

function drawChip({ artifact, role }: DrawnItem, x: number, y: number, width: number): string[] {
  const kind = shortKind(artifact.kind);
  const mark = role === 'serves' ? '' : `<circle class="mark ${role}" cx="${x + 15}" cy="${y + 13}" r="4.5"/>`;
  const indent = role === 'serves' ? 10 : 27;
  const kindWidth = kind.length * 5.9 + 7;
  return [
    `<g><title>${escape(`${artifact.key}: ${artifact.reason}`)}</title>` +
      `<rect class="chip ${role}" x="${x}" y="${y}" width="${width}" height="${chip.height}" rx="6"/>${mark}` +
      `<text class="chip-text ${role}" x="${x + indent}" y="${y + 17}"><tspan class="kind">${kind}</tspan><tspan dx="6">${escape(cut(artifact.name, width - indent - kindWidth - 12, role === 'runs' ? 7.7 : 6.8))}</tspan></text></g>`,
  ];
}

function legend(plan: Plan, y: number): string[] {
  const roles = new Set(drawPods(plan).flatMap((d) => d.items.map((i) => i.role)));
  const words = {
    serves: 'stateless, in every replica',
    runs: 'stateful, runs here',
    'stands-by': 'stateful, stands by',
  } as const;
  const body: string[] = [];
  let x: number = page.margin;
  for (const role of ['serves', 'runs', 'stands-by'] as const) {
    if (!roles.has(role)) continue;
    body.push(`<rect class="chip ${role}" x="${x}" y="${y - 11}" width="22" height="14" rx="4"/>`);
    body.push(text(x + 30, y, words[role], 'legend'));
    x += 30 + words[role].length * 6.4 + 28;
  }
  return body;
}

function text(x: number, y: number, content: string, className: string, anchor?: 'middle'): string {
  return `<text class="${className}" x="${x}" y="${y}"${anchor ? ` text-anchor="${anchor}"` : ''}>${escape(content)}</text>`;
}

/** Cut to the pixels there are, by the mean width of a letter: a renderer's fonts are not known here. */
function cut(content: string, pixels: number, letter = 6.7): string {
  const most = Math.max(4, Math.floor(pixels / letter));
  return content.length <= most ? content : `${content.slice(0, most - 1)}…`;
}

/** Everything XML does not allow at all becomes a replacement mark; the rest of what could be markup is escaped. */
function escape(content: string): string {
  return content
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
