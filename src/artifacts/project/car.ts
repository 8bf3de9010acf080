import { parseXml, XmlSyntaxError } from '../../message/xml/parse.ts';
import type { XmlElement } from '../../message/xml/tree.ts';
import { registryKey } from '../registry-key.ts';
import { fileProblem, type Found } from './found.ts';
import { limits } from './limits.ts';
import { unsafePath } from './safe-path.ts';
import { readZip, ZipError } from './zip.ts';

/**
 * A carbon application archive:
 *
 *   artifacts.xml                       <artifact type="carbon/application"><dependency artifact="A" version="1.0.0"/>
 *   A_1.0.0/artifact.xml                <artifact type="synapse/api"><file>A-1.0.0.xml</file>
 *   A_1.0.0/A-1.0.0.xml                 the artifact
 *   R_1.0.0/registry-info.xml           <resources><item><file/><path>/_system/config/x</path><mediaType/></item>
 *   R_1.0.0/resources/...               registry resources
 *
 * Fat archives hold other archives. Source: WSO2 ApplicationConfiguration, CappDeployer, RegistryResourceDeployer.
 */
export function readCar(bytes: Uint8Array, file: string, application: string, found: Found, nested = 0): void {
  let entries: ReadonlyMap<string, Uint8Array>;
  try {
    entries = unpack(bytes, file, found);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    found.problems.push(
      fileProblem('BAD_ARCHIVE', file, `The archive cannot be read: ${error.message}.`, 'Build it again.'),
    );
    return;
  }
  for (const [name, content] of entries) {
    // A .car elsewhere in the archive is a left-over of the build, and MI does not deploy it.
    if (!/^dependencies\/[^/]+\.car$/i.test(name)) continue;
    if (nested < limits.archives) readCar(content, `${file}!/${name}`, application, found, nested + 1);
    else
      found.problems.push(
        fileProblem('BAD_ARCHIVE', `${file}!/${name}`, 'Archives are nested too deep.', 'Deploy it by itself.'),
      );
  }
  const list = entries.get('artifacts.xml');
  if (!list) {
    const hint =
      'A .car has an artifacts.xml at its top; build it with the MI Maven plugin or WSO2 Integration Studio.';
    found.problems.push(fileProblem('NOT_A_CAR', file, 'There is no artifacts.xml in the archive.', hint));
    return;
  }
  const root = xml(list, `${file}!/artifacts.xml`, found);
  const car: Car = { file, application, entries, found, parts: readParts(entries, file, found) };
  for (const dependency of root?.child('artifact')?.elements() ?? []) {
    if (dependency.local === 'dependency') readDependency(dependency, car);
  }
}

interface Car {
  readonly file: string;
  readonly application: string;
  readonly entries: ReadonlyMap<string, Uint8Array>;
  readonly found: Found;
  /** "name version" to its folder and what artifact.xml says. */
  readonly parts: ReadonlyMap<string, { readonly folder: string; readonly artifact: XmlElement }>;
}

/** Folders are found by what their artifact.xml says: their names often end in a build number. */
function readParts(entries: ReadonlyMap<string, Uint8Array>, file: string, found: Found): Car['parts'] {
  const parts = new Map<string, { folder: string; artifact: XmlElement }>();
  for (const [path, bytes] of entries) {
    const folder = /^([^/]+)\/artifact\.xml$/.exec(path)?.[1];
    const artifact = folder === undefined ? undefined : xml(bytes, `${file}!/${path}`, found);
    if (folder === undefined || !artifact) continue;
    parts.set(`${artifact.attribute('name') ?? ''} ${artifact.attribute('version') ?? ''}`, { folder, artifact });
  }
  return parts;
}

function unpack(bytes: Uint8Array, file: string, found: Found): ReadonlyMap<string, Uint8Array> {
  const out = new Map<string, Uint8Array>();
  for (const entry of readZip(bytes, limits.files)) {
    const reason = entry.symlink ? 'is a symbolic link' : unsafePath(entry.name);
    if (reason !== undefined) {
      const text = `The entry "${entry.name}" ${reason}; it is not read.`;
      found.problems.push(
        fileProblem('UNSAFE_PATH', file, text, 'An archive may only hold paths inside itself; do not deploy it.'),
      );
      continue;
    }
    if (out.has(entry.name)) {
      const text = `The entry "${entry.name}" is in the archive twice; the first one counts.`;
      found.problems.push(fileProblem('DUPLICATE_ENTRY', file, text, 'Build the archive again.', 'warning'));
      continue;
    }
    const content = entry.read(Math.min(limits.fileBytes, limits.projectBytes - found.seen.bytes));
    found.seen.bytes += content.length;
    out.set(entry.name, content);
  }
  return out;
}

function xml(bytes: Uint8Array, file: string, found: Found): XmlElement | undefined {
  try {
    return parseXml(bytes, { file, maxBytes: limits.xmlBytes });
  } catch (error) {
    if (!(error instanceof XmlSyntaxError)) throw error;
    const at = { file, line: error.line, column: error.column };
    found.problems.push({
      code: 'BAD_XML',
      level: 'error',
      at,
      text: `This is not well-formed XML: ${error.text}`,
      hint: 'Build the archive again.',
    });
    return undefined;
  }
}

function readDependency(dependency: XmlElement, car: Car): void {
  const { entries, found, file } = car;
  const name = dependency.attribute('artifact') ?? '';
  const version = dependency.attribute('version') ?? '';
  const part = car.parts.get(`${name} ${version}`);
  if (!part) {
    const text = `artifacts.xml lists "${name}" ${version}, which is not in the archive.`;
    const at = { file: `${file}!/artifacts.xml`, line: dependency.line, column: dependency.column };
    found.problems.push({ code: 'MISSING_IN_CAR', level: 'warning', at, text, hint: 'Build the archive again.' });
    return;
  }
  const { folder, artifact } = part;
  const type = artifact.attribute('type') ?? '';
  const inside = artifact.child('file')?.text.trim() ?? '';
  const path = `${folder}/${inside}`;
  if (unsafePath(inside) !== undefined) {
    const text = `artifact.xml names the file "${inside}", which ${unsafePath(inside)}.`;
    found.problems.push(
      fileProblem('UNSAFE_PATH', `${file}!/${folder}/artifact.xml`, text, 'Name a file of the same folder.'),
    );
    return;
  }
  const content = entries.get(path);
  if (!content) {
    const text = `artifact.xml names the file "${inside}", which is not in the archive.`;
    found.problems.push(
      fileProblem('MISSING_IN_CAR', `${file}!/${folder}/artifact.xml`, text, 'Build the archive again.'),
    );
    return;
  }
  place(type, path, content, folder, car);
}

/** Puts one file where its type belongs. Types: see the page of artifact types in docs/reference. */
function place(type: string, path: string, content: Uint8Array, folder: string, car: Car): void {
  const { found, application } = car;
  const file = `${car.file}!/${path}`;
  if (type === 'registry/resource') readRegistryInfo(content, file, folder, car);
  else if (type === 'config/property') found.configs.push({ file, text: new TextDecoder().decode(content) });
  else if (type === 'synapse/metadata') return;
  else if (type === 'synapse/lib' || type.startsWith('lib/')) {
    const text =
      type === 'synapse/lib' ? 'Connectors are not run by Gantry yet.' : 'Java classes cannot run in Gantry.';
    const hint = 'Flows that need it name each step they cannot run.';
    found.problems.push(fileProblem('NOT_RUN_YET', file, text, hint, 'warning'));
  } else if (type.startsWith('synapse/') || type === 'service/dataservice' || type === 'datasource/datasource') {
    found.sources.push({ file, bytes: content, certainty: 'artifact', application });
  } else {
    const hint = 'It is left out; the rest of the archive is read.';
    found.problems.push(
      fileProblem('UNKNOWN_TYPE', file, `"${type}" is not a type of artifact Gantry knows.`, hint, 'warning'),
    );
  }
}

function readRegistryInfo(content: Uint8Array, file: string, folder: string, car: Car): void {
  const info = xml(content, file, car.found);
  for (const item of info?.elements() ?? []) {
    const path = item.child('path')?.text.trim() ?? '';
    const mediaType = item.child('mediaType')?.text.trim() || undefined;
    const named = item.child('file')?.text.trim();
    const directory = item.child('directory')?.text.trim();
    const wanted = named ?? directory ?? '';
    const key = registryKey(path);
    const reason =
      unsafePath(wanted) ?? (path.split('/').includes('..') ? 'leads out of the registry with ".."' : undefined);
    if (reason !== undefined || key === undefined || wanted === '') {
      const text =
        reason === undefined ? `"${path}" is not a place in the registry.` : `"${wanted}" at "${path}" ${reason}.`;
      const hint = 'A path begins with /_system/governance/ or /_system/config/.';
      const at = { file, line: item.line, column: item.column };
      car.found.problems.push({
        code: reason === undefined ? 'BAD_VALUE' : 'UNSAFE_PATH',
        level: 'error',
        at,
        text,
        hint,
      });
      continue;
    }
    const properties = readItemProperties(item);
    const base = `${folder}/resources/${wanted}`;
    for (const [name, bytes] of car.entries) {
      if (named !== undefined ? name !== base : !name.startsWith(`${base}/`)) continue;
      const rest = named ?? name.slice(base.length + 1);
      if (!rest.includes('.meta/'))
        car.found.registry.push({ key: registryKey(`${path}/${rest}`)!, mediaType, bytes, properties });
    }
  }
}

/** <properties><property key="a" value="b"/></properties> of a registry item. */
export function readItemProperties(item: XmlElement): ReadonlyMap<string, string> {
  const list = item.child('properties')?.elements() ?? [];
  return new Map(
    list.map((p) => [p.attribute('key') ?? p.attribute('name') ?? '', p.attribute('value') ?? p.text.trim()]),
  );
}
