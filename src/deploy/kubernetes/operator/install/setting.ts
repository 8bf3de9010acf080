import type { Branch, Verbatim } from '../../manifests/manifest.ts';

/** What an installation of the operator is told. In a chart some of it is a place that Helm fills in. */
export interface OperatorSetting {
  readonly name: string;
  readonly namespace: string | Verbatim;
  /** Of the operator, and of what runs artifacts that no image brings. */
  readonly image: string | Verbatim;
  readonly imagePullPolicy: string | Verbatim;
  readonly replicas: number | Verbatim;
  readonly resources: Branch | Verbatim;
  /** Whether it looks after every namespace, or after its own. */
  readonly allNamespaces: boolean;
}

export const defaultSetting: Omit<OperatorSetting, 'image'> = {
  name: 'gantry-operator',
  namespace: 'gantry-system',
  imagePullPolicy: 'IfNotPresent',
  replicas: 2,
  resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '256Mi' } },
  allNamespaces: false,
};

export function operatorLabels({ name }: OperatorSetting): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'gantry' };
}
