/** A mistake on the command line: printed without a stack, exit code 2. */
export class UsageError extends Error {
  readonly hint: string | undefined;
  constructor(text: string, hint?: string) {
    super(text);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/** Exit codes of every command; documented in docs/reference/cli.md. */
export const exitCode = {
  ok: 0,
  /** The artifacts have errors, or the thing asked for could not be done. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A defect of Gantry. */
  defect: 70,
} as const;

export const usage = `gantry runs WSO2 Micro Integrator and Apache Synapse artifacts.

  gantry run PATH...           run a project on this machine, in the deployment pattern it needs
  gantry ps                    the deployment: nodes, pods, leases, artifacts, holders, tokens, and why
  gantry crash POD|NODE        kill a replica, or every replica of a simulated worker node
  gantry freeze POD|NODE       stop it without killing it; gantry thaw lets it go on
  gantry roll [PATH...]        rolling update, to new artifacts if PATH is given, while traffic flows
  gantry move ARTIFACT POD     hand a stateful artifact over
  gantry pause ARTIFACT        let it do nothing until gantry resume, on any replica, also after a restart
  gantry trigger TASK          run it now; gantry runs [TASK] lists its last runs
  gantry drain POD|NODE        take its stateful artifacts away; gantry undrain lets it take some again
  gantry plan PATH...          which pattern an integration needs, and why
  gantry image PATH...         an OCI image of a project, made without Docker
  gantry manifests PATH...     the plan as Kubernetes objects: YAML, Kustomize or a Helm chart
  gantry check PATH...         every problem of a project, with file, line and column
  gantry eval --format json    evaluate expressions read as JSON lines

run      [--pattern auto|single|replicated|coordinated|isolated] [--replicas N] [--nodes M]
         [--isolate group=artifact,artifact] [--port 8290] [--admin-port 9164] [--health-port 9201]
         [--page-port 9743] [--registry DIR] [--env-file F] [--arbiter ADDRESS [--deployment NAME]] [--watch] [--format text|json]
plan     [--pattern P] [--nodes N] [--replicas N] [--isolate group=artifact,...] [--expect-rps N]
         [--rps-per-replica N] [--survive-nodes N] [--registry DIR] [--env-file F]
         [--format text|json|yaml|mermaid|svg]
image    [--tag T] [--base host|REF|DIR] [-o|--output FILE] [--push REGISTRY] [--dockerfile]
         [--registry DIR] [--env-file F] [--format text|json]
manifests [--pattern P] [--replicas N] [--max-replicas N [--keda]] [--isolate group=artifact,...] [--image REF]
         [--pull-secret S] [--name N] [--namespace NS] [--ingress-class C] [--host H] [--tls-secret S]
         [--gateway [NS/]NAME] [--load-balancer] [--peers] [--registry DIR] [--env-file F]
         [--format yaml|kustomize|helm] [-o|--output DIR]
check    [--registry DIR] [--env-file F] [--format text|json]
crash    [--down-for SECONDS]
pause    [--reason TEXT]
ps, crash, freeze, thaw, roll, move, pause, resume, trigger, runs, drain, undrain: [--format text|json] [--port N], which
         chooses the deployment by its traffic port; ps, move, pause, resume, trigger, drain, undrain also
         [--arbiter ADDRESS --deployment NAME], for one that runs elsewhere

PATH is an MI project, a synapse-configs/default folder, a folder or file of XML, a .dbs or a .car.
Exit codes: 0 fine, 1 the artifacts have errors or it could not be done, 2 wrong command line.
`;
