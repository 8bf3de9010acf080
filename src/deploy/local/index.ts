/**
 * The embedded deployment of one machine: a supervisor, replicas as child processes on simulated worker nodes, a load
 * balancer on the traffic port, and a socket on which it takes commands.
 */
export { startLocalDeployment } from './supervisor.ts';
export type { LocalDeployment, LocalDeploymentOptions, RollResult } from './deployment.ts';
export type { PodPlan, Release, ReleasedArtifact, ReplicaCommand } from './release.ts';
export { DeploymentError, type DeploymentErrorCode } from './deployment-error.ts';
export { findDeployment, type DeploymentClient, type EventStream } from './control/client.ts';
