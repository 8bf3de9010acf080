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
  /** It could not be done, and what there was before is back. */
  rolledBack: 3,
  /** It could not be told: 1 would say that there are differences. */
  unknown: 4,
  /** A defect of Gantry. */
  defect: 70,
  /** Whoever asked did not wait. */
  interrupted: 130,
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
  gantry store ACTION ...      what waits in message stores: list, browse, purge, move, replay
  gantry plan PATH...          which pattern an integration needs, and why
  gantry image PATH...         an OCI image of a project, made without Docker
  gantry manifests PATH...     the plan as Kubernetes objects: YAML, Kustomize or a Helm chart
  gantry deploy PATH...        into a Kubernetes cluster, and wait until it serves; gantry diff only says what would change
  gantry status [NAME]         how it stands there: pods, holders, tokens, address, releases, what is wrong
  gantry logs [NAME]           the logs of all its pods
  gantry history [NAME]        its releases; gantry rollback [NAME] goes back to one
  gantry undeploy NAME         take it out of the cluster
  gantry operator              what looks after objects of kind Integration, in a cluster; gantry crd prints that kind
  gantry import FILE...        Integrations of WSO2's operator, and values of its chart, as ours
  gantry check PATH...         every problem of a project, with file, line and column
  gantry eval --format json    evaluate expressions read as JSON lines

run      [--pattern auto|single|replicated|coordinated|isolated] [--replicas N] [--nodes M]
         [--isolate group=artifact,artifact] [--port 8290] [--https-port 8253] [--admin-port 9164]
         [--health-port 9201] [--page-port 9743] [--registry DIR] [--env-file F] [--arbiter ADDRESS [--deployment NAME]] [--watch] [--format text|json]
plan     [--pattern P] [--nodes N] [--replicas N] [--isolate group=artifact,...] [SIZE] [--registry DIR] [--env-file F]
         [--format text|json|yaml|mermaid|svg]
image    [--tag T] [--base host|REF|DIR] [-o|--output FILE] [--push REGISTRY] [--dockerfile]
         [--runtime-only] [--registry DIR] [--env-file F] [--format text|json]
manifests [--pattern P] [--replicas N] [--max-replicas N [--keda]] [--isolate group=artifact,...] [SIZE] [--image REF]
         [--pull-secret S] [--name N] [--namespace NS] [--ingress-class C] [--host H] [--tls-secret S]
         [--gateway [NS/]NAME] [--load-balancer] [--peers] [--registry DIR] [--env-file F]
         [--format yaml|kustomize|helm] [-o|--output DIR]
deploy   as manifests, but for --format and --output; [--push REGISTRY | --load COMMAND] [--base B] [--create-namespace]
         [--force-conflicts] [--atomic] [--timeout SECONDS] [--dry-run] [--format text|json]
diff     as manifests, but for --format and --output; [--force-conflicts]
status   [-w|--watch] [--format text|json]
logs     [-f|--follow] [--pod POD] [-p|--previous] [--tail N]
history  [--format text|json]
rollback [--to N] [--force-conflicts] [--timeout SECONDS] [--format text|json]
undeploy [-y|--yes] [--keep-state] [--timeout SECONDS] [--format text|json]
deploy, diff, status, logs, history, rollback, undeploy: [--context C] [--namespace NS], as kubectl has them
manifests --operator [--image REF] [--namespace NS] [--all-namespaces] [--replicas N] [--format yaml|helm] [-o|--output DIR]
operator [--namespace NS | --all-namespaces] [--runtime-image REF] [--health-port 9201] [--log-format mi|json]
         [--log-level L]
import   [--image REF] [--name N] [--namespace NS] [-o|--output FILE]
check    [--registry DIR] [--env-file F] [--format text|json]
store    list [PATH...] | browse|purge|move|replay STORE [PATH...] [--to STORE] [--id ID] [--limit 20]
         [--replica POD] [--port N] [--registry DIR] [--env-file F] [--format text|json]; instead of PATH,
         [--context C] [--namespace NS] [--deployment NAME], for one in a cluster
crash    [--down-for SECONDS]
pause    [--reason TEXT]
ps, crash, freeze, thaw, roll, move, pause, resume, trigger, runs, drain, undrain: [--format text|json] [--port N], which
         chooses the deployment by its traffic port; ps, move, pause, resume, trigger, drain, undrain also
         [--context C] [--namespace NS] [--deployment NAME], for one in a cluster, or [--arbiter ADDRESS --deployment NAME]

SIZE is what replicas and nodes are reckoned from: [--rps N] [--payload 10k] [--rps-per-replica N]
         [--survive pod|node|zone|N] [--zones N] [--node-cpu N] [--node-memory 16Gi]
PATH is an MI project, a synapse-configs/default folder, a folder or file of XML, a .dbs or a .car.
Exit codes: 0 fine, 1 the artifacts have errors or it could not be done, 2 wrong command line,
3 not deployed and rolled back, 4 no difference could be told (diff: 1 means there are some), 130 interrupted.
`;
