/**
 * A command the deployment cannot carry out, for the person who gave it.
 * - NOT_FOUND: there is no such pod, node or artifact
 * - NOT_POSSIBLE: not in its present state
 * - ROLL_FAILED: the new release did not start; the old one runs on
 * - NOT_RUNNING / SEVERAL_RUNNING: which deployment is meant cannot be told
 */
export type DeploymentErrorCode = 'NOT_FOUND' | 'NOT_POSSIBLE' | 'ROLL_FAILED' | 'NOT_RUNNING' | 'SEVERAL_RUNNING';

export class DeploymentError extends Error {
  readonly code: DeploymentErrorCode;

  constructor(code: DeploymentErrorCode, text: string) {
    super(text);
    this.name = 'DeploymentError';
    this.code = code;
  }
}
