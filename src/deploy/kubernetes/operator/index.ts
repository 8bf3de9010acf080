/** For other rooms: what `gantry operator` is made of, apart from what makes images and manifests. */
export { openCluster } from '../cluster/open.ts';
export { inspectInChild } from './inside/inspect-files.ts';
export { inspectVariable, reportLine } from './inside/report.ts';
export { startOperator } from './operator.ts';
