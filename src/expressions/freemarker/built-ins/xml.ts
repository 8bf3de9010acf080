/** Source: FreeMarker manual, "Built-ins for nodes". */
import type { Value } from '../value.ts';
import { XmlNodes } from '../xml-nodes.ts';
import type { BuiltIn, BuiltIns } from './call.ts';

const ask = (work: (nodes: XmlNodes) => Value | undefined): BuiltIn => ({
  takes: [0, 0],
  run(use) {
    const value = use.value();
    if (!(value instanceof XmlNodes)) throw use.wrong('XML', value);
    return work(value);
  },
});

export const xmlBuiltIns: BuiltIns = {
  children: ask((nodes) => nodes.children()),
  parent: ask((nodes) => nodes.parent()),
  root: ask((nodes) => nodes.root()),
  node_name: ask((nodes) => nodes.name()),
  node_namespace: ask((nodes) => nodes.namespace()),
  node_type: ask((nodes) => nodes.kind()),
};
