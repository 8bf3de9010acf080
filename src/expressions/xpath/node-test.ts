import { failed } from '../failure.ts';
import type { Namespaces } from '../expression.ts';
import type { Test } from './ast.ts';
import type { Axis, NodeTest } from './axes.ts';

/** Prefixes that every flow may use without declaring them. */
const predefined: Readonly<Record<string, string>> = {
  xml: 'http://www.w3.org/XML/1998/namespace',
  soapenv: 'http://schemas.xmlsoap.org/soap/envelope/',
  soap: 'http://schemas.xmlsoap.org/soap/envelope/',
  s11: 'http://schemas.xmlsoap.org/soap/envelope/',
  s12: 'http://www.w3.org/2003/05/soap-envelope',
  soap12: 'http://www.w3.org/2003/05/soap-envelope',
  wsa: 'http://www.w3.org/2005/08/addressing',
};

/** Whether a node is what a step asks for. An unknown prefix fails when the step is taken, as in Jaxen. */
export function nodeTest(test: Test, axis: Axis, namespaces: Namespaces): NodeTest {
  if (test.kind === 'node') return () => true;
  if (test.kind === 'instruction') {
    return (node) => node.kind === 'instruction' && (test.target === undefined || node.target === test.target);
  }
  if (test.kind !== 'name') return (node) => node.kind === test.kind;

  const kind = axis === 'attribute' ? 'attribute' : axis === 'namespace' ? 'namespace' : 'element';
  const { prefix, name } = test;
  if (kind === 'namespace') return (node) => node.kind === kind && (name === undefined || node.prefix === name);
  if (prefix === undefined && name === undefined) return (node) => node.kind === kind;
  if (prefix === '*') return (node) => node.kind === kind && node.local === name;
  // A name without a prefix is a name in no namespace, whatever the default namespace is.
  const uri =
    prefix === undefined
      ? ''
      : (namespaces.get(prefix) ?? (Object.hasOwn(predefined, prefix) ? predefined[prefix] : undefined));
  if (uri === undefined) {
    return () => {
      throw failed(
        `the prefix "${prefix}" is not declared. Add xmlns:${prefix}="..." to the element of the expression`,
      );
    };
  }
  if (name === undefined) return (node) => node.kind === kind && node.uri === uri;
  return (node) => node.kind === kind && node.local === name && node.uri === uri;
}
