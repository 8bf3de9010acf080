/** What every pod that Gantry makes has in common: it passes Pod Security "restricted", and leaves a node that is lost. */
import { timings } from '../../../plan/timings.ts';
import { because, type Branch, type Tree } from '../manifest.ts';
import { runtimeUser } from '../setting.ts';

export const restrictedPod: Branch = {
  runAsNonRoot: true,
  runAsUser: runtimeUser,
  runAsGroup: runtimeUser,
  seccompProfile: { type: 'RuntimeDefault' },
};

export const restrictedContainer: Branch = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** For `tolerations`. */
export const leavesLostNode: Tree = because(
  `A lost node is given up after ${timings.toleration / 1_000} s, not after the usual 300 s.`,
  ['not-ready', 'unreachable'].map((state) => ({
    key: `node.kubernetes.io/${state}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: timings.toleration / 1_000,
  })),
);
