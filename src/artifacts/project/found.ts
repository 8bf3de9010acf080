import type { Problem } from '../../errors.ts';
import type { RegistryFile } from '../model.ts';

/**
 * How sure we are that a file is meant to be an artifact, which decides what to say when it is none:
 * - named: the user gave this very file
 * - artifact: it lies where only artifacts lie, or a .car lists it
 * - maybe: it lies in a folder that may hold other XML too
 */
export type Certainty = 'named' | 'artifact' | 'maybe';

export interface SourceFile {
  /** As problems name it: relative to the project, with / on every system. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly certainty: Certainty;
  readonly application: string | undefined;
}

/** What was found under one or more PATHs, before anything was understood. */
export interface Found {
  readonly sources: SourceFile[];
  readonly registry: RegistryFile[];
  /** config.properties of the project and its .cars: "name:type" per line. */
  readonly configs: { readonly file: string; readonly text: string }[];
  /** conf/file.properties. */
  readonly fileProperties: { readonly file: string; readonly text: string }[];
  readonly dotEnv: string[];
  readonly deployment: { readonly file: string; readonly text: string }[];
  readonly problems: Problem[];
  /** Names and sizes of everything, so that limits hold over all PATHs together. */
  readonly seen: { files: number; bytes: number };
  /** False while only single files and archives were given: what they refer to may be deployed elsewhere. */
  complete: boolean;
}

export function nothingFound(): Found {
  return {
    sources: [],
    registry: [],
    configs: [],
    fileProperties: [],
    dotEnv: [],
    deployment: [],
    problems: [],
    seen: { files: 0, bytes: 0 },
    complete: false,
  };
}

/** A problem with a whole file. */
export function fileProblem(
  code: string,
  file: string,
  text: string,
  hint: string,
  level: Problem['level'] = 'error',
): Problem {
  return { code, level, at: { file, line: 1, column: 1 }, text, hint };
}
