/** docs/reference/cli.md and `gantry --help` must name what the code takes, and nothing else. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { deployOptions } from '../src/console/cli/commands/cluster/deploy.ts';
import { diffOptions } from '../src/console/cli/commands/cluster/diff.ts';
import { historyOptions } from '../src/console/cli/commands/cluster/history.ts';
import { logsOptions } from '../src/console/cli/commands/cluster/logs.ts';
import { rollbackOptions } from '../src/console/cli/commands/cluster/rollback.ts';
import { statusOptions } from '../src/console/cli/commands/cluster/status.ts';
import { undeployOptions } from '../src/console/cli/commands/cluster/undeploy.ts';
import { crdOptions } from '../src/console/cli/commands/crd.ts';
import { crashOptions } from '../src/console/cli/commands/running/crash.ts';
import { imageOptions } from '../src/console/cli/commands/image.ts';
import { importOptions } from '../src/console/cli/commands/import.ts';
import { manifestsOptions } from '../src/console/cli/commands/manifests.ts';
import { operatorManifestsOptions } from '../src/console/cli/commands/operator-manifests.ts';
import { operatorOptions } from '../src/console/cli/commands/operator.ts';
import { checkOptions, evalOptions, planCommandOptions } from '../src/console/cli/commands/project-commands.ts';
import { replicaOptions } from '../src/console/cli/commands/replica-options.ts';
import { runOptions } from '../src/console/cli/commands/run.ts';
import { storeOptions } from '../src/console/cli/commands/store.ts';
import { pauseOptions } from '../src/console/cli/commands/running/switch.ts';
import type { OptionSpec } from '../src/console/cli/options.ts';
import { commands } from '../src/console/cli/run-command.ts';
import { exitCode, usage } from '../src/console/cli/usage.ts';

const page: string = readFileSync(resolve(import.meta.dirname, '../docs/reference/cli.md'), 'utf8');

const deployment = 'gantry ps, crash, freeze, thaw, roll, move, pause, resume, trigger, runs, drain, undrain';
const optionsBySection: Readonly<Record<string, OptionSpec>> = {
  'gantry run': runOptions,
  [deployment]: { ...pauseOptions, ...crashOptions },
  'gantry plan': planCommandOptions,
  'gantry image': imageOptions,
  'gantry manifests': { ...manifestsOptions, ...operatorManifestsOptions },
  'gantry deploy': deployOptions,
  'gantry diff': diffOptions,
  'gantry status': statusOptions,
  'gantry logs': logsOptions,
  'gantry history': historyOptions,
  'gantry rollback': rollbackOptions,
  'gantry undeploy': undeployOptions,
  'gantry operator': operatorOptions,
  'gantry crd': crdOptions,
  'gantry store': storeOptions,
  'gantry import': importOptions,
  'gantry check': checkOptions,
  'gantry eval': evalOptions,
  'gantry replica': replicaOptions,
};

function section(title: string): string {
  const found = page.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
  assert.ok(found !== undefined, `there is no section "${title}"`);
  return found;
}

function optionsIn(text: string): Set<string> {
  return new Set([...text.matchAll(/--([a-z][a-z-]*)/g)].map(([, name]) => name!));
}

for (const [title, options] of Object.entries(optionsBySection)) {
  test(`"${title}" has every option of the code and no other`, () => {
    assert.deepEqual(optionsIn(section(title)), new Set(Object.keys(options)));
  });
}

test('every command has a section', () => {
  const documented = Object.keys(optionsBySection).flatMap((title) => title.replace('gantry ', '').split(', '));
  assert.deepEqual(documented.toSorted(), Object.keys(commands).toSorted());
});

test('gantry --help names every command and option but those of the replica, and no other', () => {
  const { 'gantry replica': _hidden, ...shown } = optionsBySection;
  const wanted = Object.values(shown).flatMap((options) => Object.keys(options));
  assert.deepEqual(optionsIn(usage), new Set(wanted));
  for (const name of Object.keys(commands)) {
    if (name !== 'replica') assert.match(usage, new RegExp(`\\bgantry ${name}\\b`));
  }
});

test('every exit code of the code is in the table', () => {
  for (const code of Object.values(exitCode)) assert.match(page, new RegExp(`^\\| ${code} \\|`, 'm'));
});
