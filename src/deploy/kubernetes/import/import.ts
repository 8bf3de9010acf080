import type { Problem } from '../../../errors.ts';
import type { Branch } from '../manifests/manifest.ts';
import { isName, longestName, toName } from '../names.ts';
import { integrations } from '../operator/resource/integration.ts';
import { parseDocuments, problem, type SourceDocument } from './document.ts';
import { integrationRules, operatorConfigRules } from './ei-operator.ts';
import { helmRules } from './helm-mi.ts';
import { applyRules, type Draft, type Line } from './rules.ts';

export interface ImportRequest {
  /** Instead of what the file says. */
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly image?: string | undefined;
}

export interface Imported {
  readonly objects: readonly Branch[];
  /** What became of each field, in the order of the files. */
  readonly lines: readonly Line[];
  readonly problems: readonly Problem[];
}

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** Turns what other operators and charts were told into Integrations. Touches nothing. */
export async function importFiles(files: readonly SourceFile[], request: ImportRequest): Promise<Imported> {
  const parsed = await Promise.all(files.map(({ name, text }) => parseDocuments(name, text)));
  const documents = parsed.flatMap((one) => one.documents);
  const problems: Problem[] = parsed.flatMap((one) => one.problems);
  const lines: Line[] = [];
  const drafts: { readonly draft: Draft; readonly document: SourceDocument }[] = [];
  const shared = newDraft();
  for (const document of documents) {
    if (isOperatorConfig(document)) {
      lines.push(...applyRules(document.leaves, operatorConfigRules, shared));
      continue;
    }
    const rules = isVendorIntegration(document) ? integrationRules : isHelmValues(document) ? helmRules : undefined;
    if (rules === undefined) {
      problems.push(unknownDocument(document));
      continue;
    }
    const draft = newDraft();
    lines.push(...applyRules(document.leaves, rules, draft).map((line) => withImage(line, request)));
    drafts.push({ draft, document });
  }
  const objects = drafts.map(({ draft, document }) => finish(draft, shared, document, request, lines, problems));
  return { objects, lines, problems };
}

/** Who names an image has made one. */
function withImage(line: Line, { image }: ImportRequest): Line {
  if (image === undefined || !line.text.startsWith('spec.artifact.image')) return line;
  return { ...line, verdict: 'renamed', text: `spec.artifact.image: ${image}, as --image says` };
}

function newDraft(): Draft {
  return { name: undefined, namespace: undefined, spec: { artifact: {} }, expose: {} };
}

function finish(
  draft: Draft,
  shared: Draft,
  document: SourceDocument,
  request: ImportRequest,
  lines: Line[],
  problems: Problem[],
): Branch {
  const { file, at } = document;
  const written = request.name ?? draft.name ?? toName(file.replace(/^.*\//, '').replace(/\.ya?ml$/i, ''));
  const name = isName(written) ? written : toName(written);
  const tell = (verdict: Line['verdict'], path: string, text: string): void =>
    void lines.push({ verdict, at, path, text });
  if (name !== written) tell('renamed', 'metadata.name', `${name}: at most ${longestName} characters, and no dot`);
  const image = request.image ?? draft.spec.artifact.image;
  if (image === undefined)
    problems.push(problem('NO_IMAGE', at, 'No image is named.', 'Give one made by gantry image, with --image.'));
  const { autoscaling, replicas, ...spec } = draft.spec;
  const exposed = { ...shared.expose, ...draft.expose };
  if (exposed.type === 'Gateway' && exposed.gateway === undefined) {
    tell('to do', 'spec.expose.gateway', 'Name the Gateway: the chart had one by default.');
    exposed.gateway = { name: 'gateway' };
  }
  const namespace = request.namespace ?? draft.namespace;
  return {
    apiVersion: integrations.apiVersion,
    kind: integrations.kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    spec: {
      ...spec,
      artifact: { image: image ?? `${name}:TAG` },
      ...(autoscaling === undefined ? { replicas } : { autoscaling: { ...autoscaling } }),
      ...(exposed.type !== undefined && { expose: { ...exposed } }),
    } as unknown as Branch,
  };
}

function isVendorIntegration({ value: { apiVersion, kind } }: SourceDocument): boolean {
  return kind === 'Integration' && typeof apiVersion === 'string' && apiVersion.startsWith('integration.wso2.com/');
}

function isOperatorConfig({ value: { kind, metadata } }: SourceDocument): boolean {
  return kind === 'ConfigMap' && (metadata as { name?: unknown } | undefined)?.name === 'ei-operator-config';
}

function isHelmValues({ value }: SourceDocument): boolean {
  return value['kind'] === undefined && (value['wso2'] !== undefined || value['containerRegistry'] !== undefined);
}

function unknownDocument({ value: { apiVersion, kind }, at }: SourceDocument): Problem {
  const what = typeof kind === 'string' && typeof apiVersion === 'string' ? `${apiVersion} ${kind}` : 'This';
  if (typeof apiVersion === 'string' && apiVersion.startsWith('gantry.dev/'))
    return problem('IMPORTED_ALREADY', at, `${what} is an Integration of Gantry.`, 'kubectl apply -f does the rest.');
  return problem(
    'NOT_IMPORTED',
    at,
    `${what} is nothing that can be imported.`,
    "Give an Integration of integration.wso2.com, the operator's ConfigMap ei-operator-config, or the values.yaml of helm-mi.",
  );
}
