import type { Plan } from '../plan.ts';
import { drawPods, kindLabel, type DrawnItem } from './drawn.ts';

/** A flowchart: worker nodes hold pods, pods hold artifacts. Renders where Markdown does, GitHub for one. */
export function planMermaid(plan: Plan): string {
  const drawn = drawPods(plan);
  const lines = ['flowchart TB', `  balancer([${label('load balancer')}])`];
  const standby: string[] = [];
  const running: string[] = [];
  for (const node of plan.nodes) {
    lines.push(`  subgraph ${id(node.name)}[${label(`worker ${node.name.replace('-', ' ')}`)}]`);
    if (node.pods.length === 0) lines.push(`    ${id(node.name)}_spare[${label('spare')}]`);
    for (const { pod, items, parts } of drawn.filter((d) => d.pod.node === node.name)) {
      const podId = id(pod.name);
      lines.push(`    subgraph ${podId}[${label(`${pod.title} · ${pod.name}`)}]`, '      direction TB');
      items.forEach((item, i) => {
        const itemId = `${podId}_a${i}`;
        lines.push(`      ${itemId}${shape(item)}`);
        if (item.role === 'runs') running.push(itemId);
        if (item.role === 'stands-by') standby.push(itemId);
      });
      if (parts !== '' || items.length === 0) lines.push(`      ${podId}_parts[${label(parts || 'nothing')}]`);
      lines.push('    end');
    }
    lines.push('  end');
  }
  for (const { pod } of drawn) if (pod.serves === 'all') lines.push(`  balancer --> ${id(pod.name)}`);
  lines.push('  classDef runs fill:#f5b942,stroke:#8a5a00,color:#1f1500');
  lines.push('  classDef standby fill:none,stroke:#b98a2e,stroke-dasharray:4 3');
  if (running.length > 0) lines.push(`  class ${running.join(',')} runs`);
  if (standby.length > 0) lines.push(`  class ${standby.join(',')} standby`);
  return `${lines.join('\n')}\n`;
}

function shape({ artifact, role }: DrawnItem): string {
  const text = `${kindLabel(artifact.kind)} ${artifact.name}`;
  if (role === 'serves') return `[${label(text)}]`;
  return `([${label(role === 'runs' ? `● ${text}` : `○ ${text}`)}])`;
}

/** Quoted, with what would end or mark up the label written as entities. */
function label(text: string): string {
  return `"${text.replace(/[&"<>#;`\\\n\r]/g, (c) => `#${c.codePointAt(0)};`)}"`;
}

function id(name: string): string {
  return name.replaceAll('-', '_');
}
