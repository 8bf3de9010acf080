import { diff as compare } from 'node:util';
import {
  comparable,
  preview,
  releasesOf,
  type KubernetesObject,
  type Previewed,
} from '../../../../deploy/kubernetes/index.ts';
import { checkPreview, prunable } from '../../../../deploy/kubernetes/index.ts';
import { textOption, type OptionSpec } from '../../options.ts';
import { problemLine } from '../../problems.ts';
import { exitCode } from '../../usage.ts';
import { linePaths, readDeployable } from '../deployable.ts';
import { objectOptions, planObjects } from '../objects.ts';
import { objectsOf } from './deploy.ts';
import { clusterOptions, clusterTerminal, withCluster, type ClusterTold } from './place.ts';

export const diffOptions: OptionSpec = {
  ...objectOptions,
  ...clusterOptions,
  'force-conflicts': { type: 'boolean' },
  registry: { type: 'string' },
  'env-file': { type: 'string' },
};

/**
 * `gantry diff PATH...`: what `gantry deploy` would change, as the server says; writes nothing.
 * Exit code as of diff and kubectl diff: 0 nothing, 1 something, more when it could not be told.
 */
export async function runDiff(args: readonly string[], told: ClusterTold = clusterTerminal): Promise<number> {
  const line = linePaths(args, diffOptions, 'diff');
  const deployable = await readDeployable(line);
  return withCluster(
    line,
    told,
    async ({ cluster, namespace, signal }) => {
      const known = planObjects(line, deployable, { namespace });
      for (const problem of known.problems) if (problem.level === 'error') told.warn(problemLine(problem));
      if (known.manifests.length === 0) return exitCode.unknown;
      const { name, digest } = known.setting;
      const releases = await releasesOf(cluster, { name, namespace }, signal);
      // What is not built yet has no name; the same artifacts are what runs already.
      const present = releases.at(-1)?.facts;
      const image = textOption(line, 'image') ?? (present?.digest === digest ? present.image : undefined);
      const objects = objectsOf(planObjects(line, deployable, { namespace, image }));
      const force = line.values['force-conflicts'] === true;
      const previewed = await preview(cluster, objects, { force, signal });
      await checkPreview(cluster, { name, namespace }, objects, previewed, { force, signal });
      const { stringify } = await import('yaml');
      const text = (object: KubernetesObject | undefined): string =>
        object === undefined ? '' : stringify(comparable(object));
      const differences = previewed
        .filter(({ change }) => change !== 'unchanged')
        .flatMap(({ ref, live, becomes }: Previewed) =>
          unified(`${ref.kind.kind}/${ref.name}`, text(live), text(becomes)),
        );
      const removed = await prunable(cluster, name, objects, releases, signal);
      for (const object of removed)
        differences.push(...unified(`${object.kind}/${object.metadata.name}`, text(object), ''));
      for (const row of differences) told.print(row);
      return differences.length === 0 ? exitCode.ok : exitCode.failed;
    },
    exitCode.unknown,
  );
}

/** Lines around a change, as `diff -u` has them. */
const around = 3;

/**
 * The unified format: two lines of names, then hunks.
 *
 *   @@ -<first line>,<lines> +<first line>,<lines> @@     of the old, of the new text
 *   ' ' unchanged, '-' only in the old, '+' only in the new
 */
export function unified(name: string, from: string, to: string): string[] {
  const linesOf = (text: string): string[] => (text === '' ? [] : text.trimEnd().split('\n'));
  const edits = compare(linesOf(from), linesOf(to));
  const changed = edits.flatMap(([operation], index) => (operation === 0 ? [] : [index]));
  if (changed.length === 0) return [];
  const rows = [`--- live/${name}`, `+++ deployed/${name}`];
  let [old, now, next] = [1, 1, 0];
  while (changed.length > 0) {
    const start = Math.max(next, changed[0]! - around);
    let end = changed.shift()! + around + 1;
    while (changed.length > 0 && changed[0]! - around <= end) end = changed.shift()! + around + 1;
    // Lines before this hunk are in both texts.
    old += start - next;
    now += start - next;
    const hunk = edits.slice(start, end);
    const count = (not: number): number => hunk.filter(([operation]) => operation !== not).length;
    const [olds, news] = [count(-1), count(1)];
    rows.push(`@@ -${olds === 0 ? old - 1 : old},${olds} +${news === 0 ? now - 1 : now},${news} @@`);
    rows.push(...hunk.map(([operation, text]) => `${operation === 0 ? ' ' : operation === 1 ? '-' : '+'}${text}`));
    old += olds;
    now += news;
    next = Math.min(end, edits.length);
  }
  return rows;
}
