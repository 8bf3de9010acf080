import type { Problem } from '../../errors.ts';
import { parseXml, XmlSyntaxError } from '../../message/xml/parse.ts';
import type { XmlElement } from '../../message/xml/tree.ts';
import { foreignKind, silentTags } from '../kinds/foreign.ts';
import { kindOf, kinds } from '../kinds/index.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Artifact } from '../model.ts';
import { closest } from '../shape/closest.ts';
import { ElementReader, readElement, SYNAPSE_NAMESPACE, type ReadContext } from '../shape/reader.ts';
import { readSteps } from '../shape/steps.ts';
import type { Vocabulary } from '../shape/vocabulary.ts';
import { fileProblem, type SourceFile } from './found.ts';
import { limits } from './limits.ts';
import { fillPlaceholders, hasPlaceholders, type PlaceholderValues } from './placeholders.ts';

export interface FileContext {
  readonly vocabulary: Vocabulary;
  readonly values: PlaceholderValues;
  /** How bad a placeholder without a value is: an error in a project, a warning in a file checked alone. */
  readonly unsetLevel: 'error' | 'warning';
}

/** What one file gave. `problems` are those that belong to no artifact. */
export interface ReadFile {
  readonly artifacts: readonly Artifact[];
  readonly problems: readonly Problem[];
  /** True for a file that belongs to a configuration, even if it holds no artifact. */
  readonly recognised: boolean;
}

/** Other XML that lies about in projects, and that MI does not deploy either. */
const NOT_OURS =
  /^(project|artifacts?|resources|beans|unit-test|mock-service|testsuite|swagger|metadata|configuration|web-app)$/;

/** Reads one XML file into its artifacts: one, or all that a <definitions> holds. Never throws for bad input. */
export function readSource(source: SourceFile, context: FileContext): ReadFile {
  let root: XmlElement;
  try {
    root = parseXml(source.bytes, { file: source.file, maxBytes: limits.xmlBytes });
  } catch (error) {
    if (!(error instanceof XmlSyntaxError)) throw error;
    return { artifacts: [broken(source, error)], problems: [], recognised: true };
  }
  if (root.local === 'definitions' && isSynapse(root)) return readDefinitions(root, source, context);
  const artifact = readRoot(root, root, source, context);
  if (artifact) return { artifacts: [artifact], problems: [], recognised: true };
  if (silentTags.has(root.local)) return { artifacts: [], problems: [], recognised: true };
  return { artifacts: [], problems: notAnArtifact(root, source, context.vocabulary), recognised: false };
}

function isSynapse(element: XmlElement): boolean {
  return element.uri === SYNAPSE_NAMESPACE || element.uri === '';
}

function broken(source: SourceFile, error: XmlSyntaxError): Artifact {
  const at = { file: source.file, line: error.line, column: error.column };
  const problem: Problem = {
    code: 'BAD_XML',
    level: 'error',
    at,
    text: sentence(`This is not well-formed XML: ${error.text}`),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
  return {
    kind: 'unknown',
    name: baseName(source.file),
    file: source.file,
    at,
    spec: undefined,
    config: undefined,
    element: undefined,
    problems: [problem],
    application: source.application,
  };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function readRoot(
  element: XmlElement,
  root: XmlElement,
  source: SourceFile,
  context: FileContext,
): Artifact | undefined {
  const kind = isSynapse(element) ? kindOf(element.local) : undefined;
  if (kind) return readKind(kind, element, source, context);
  const foreign = foreignKind(element.local);
  // <data> and <datasource> are written without a namespace, or with one of their own.
  if (!foreign || (!isSynapse(element) && element !== root) || (element.uri !== '' && /w3\.org/.test(element.uri)))
    return undefined;
  const at = { file: source.file, line: element.line, column: element.column };
  const name = foreign.nameOf(element) || baseName(source.file);
  const { code, level, text, hint } = { code: 'NOT_RUN_YET', ...foreign };
  return {
    kind: foreign.kind,
    name,
    file: source.file,
    at,
    spec: undefined,
    config: undefined,
    element,
    problems: [{ code, level, at, text, hint, artifact: `${foreign.kind} ${name}` }],
    application: source.application,
  };
}

function readKind(kind: Kind, element: XmlElement, source: SourceFile, context: FileContext): Artifact {
  const problems: Problem[] = [];
  const filled = fill(element, source, context, problems);
  const reading: ReadContext = {
    file: source.file,
    vocabulary: context.vocabulary,
    report: (p) => void problems.push(p),
  };
  const config = readElement(kind, new ElementReader(filled, reading));
  return finish(kind, config, element, source, problems);
}

function fill(element: XmlElement, source: SourceFile, context: FileContext, problems: Problem[]): XmlElement {
  if (!hasPlaceholders(new TextDecoder().decode(source.bytes))) return element;
  return fillPlaceholders(element, context.values, ({ line, column }, problem) => {
    problems.push({ ...problem, level: context.unsetLevel, at: { file: source.file, line, column } });
  });
}

function finish(kind: Kind, config: unknown, element: XmlElement, source: SourceFile, problems: Problem[]): Artifact {
  // A file that says no name is known by its own, as MI's deployers do for endpoints.
  const name = (config === undefined ? undefined : kind.nameOf(config)) || element.attribute('name') || '';
  const known = name || (kind.kind === 'registry' ? '' : baseName(source.file));
  const label = `${kind.kind} ${known}`;
  return {
    kind: kind.kind,
    name: known,
    file: source.file,
    at: { file: source.file, line: element.line, column: element.column },
    spec: kind,
    config,
    element,
    problems: problems.map((p) => ({ ...p, artifact: label })),
    application: source.application,
  };
}

/** The all-in-one file: everything inside is an artifact of its own; mediators at the top form the main sequence. */
function readDefinitions(root: XmlElement, source: SourceFile, context: FileContext): ReadFile {
  const artifacts: Artifact[] = [];
  const mediators: XmlElement[] = [];
  for (const element of root.elements()) {
    const artifact = readRoot(element, root, source, context);
    if (artifact) {
      // <sequence key="x"/> at the top is a step of the main sequence, not a sequence.
      if (artifact.kind === 'sequence' && element.attribute('key') !== undefined) mediators.push(element);
      else artifacts.push(artifact);
    } else if (!silentTags.has(element.local)) mediators.push(element);
  }
  if (mediators.length === 0) return { artifacts, problems: [], recognised: true };
  const main = kindOf('sequence')!;
  const problems: Problem[] = [];
  const reading: ReadContext = {
    file: source.file,
    vocabulary: context.vocabulary,
    report: (p) => void problems.push(p),
  };
  const filled = fill(root, source, context, []);
  const wanted = new Set(mediators.map((m) => `${m.line}:${m.column}`));
  const steps = filled.elements().filter((e) => wanted.has(`${e.line}:${e.column}`));
  const config = { name: 'main', onError: undefined, steps: readSteps(steps, new ElementReader(filled, reading)) };
  artifacts.push(finish(main, config, root, source, problems));
  return { artifacts, problems: [], recognised: true };
}

function notAnArtifact(root: XmlElement, source: SourceFile, vocabulary: Vocabulary): readonly Problem[] {
  const tags = [...kinds.map((k) => k.tag), 'definitions'];
  const near = isSynapse(root) ? closest(root.local, tags) : undefined;
  const isMediator = isSynapse(root) && vocabulary.mediator(root.local) !== undefined;
  const hint =
    near !== undefined
      ? `Did you mean <${near}>?`
      : isMediator
        ? `Put <${root.local}> into a <sequence name="...">.`
        : `An artifact begins with one of <${tags.join('>, <')}>.`;
  const text = `<${root.name}> is not an artifact.`;
  const problem = {
    ...fileProblem('NOT_AN_ARTIFACT', source.file, text, hint),
    at: { file: source.file, line: root.line, column: root.column },
  };
  if (source.certainty === 'named' || near !== undefined || isMediator || root.uri === SYNAPSE_NAMESPACE)
    return [problem];
  if (source.certainty === 'artifact') return [{ ...problem, level: 'warning' }];
  return NOT_OURS.test(root.local) ? [] : [{ ...problem, level: 'info' }];
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.(xml|dbs)$/i, '');
}
