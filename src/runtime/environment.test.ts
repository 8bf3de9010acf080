import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Project } from '../artifacts/model.ts';
import { createLogger } from '../log.ts';
import { compileExpression } from '../expressions/compile.ts';
import { Message } from '../message/message.ts';
import { createEnvironment } from './environment.ts';

const project = {
  artifacts: [],
  registry: [],
  configs: new Map([['stage', 'file']]),
  fileProperties: new Map(),
} as unknown as Project;

test('an expression that cannot be computed counts as empty, and the log says why', () => {
  const lines: string[] = [];
  const environment = createEnvironment(project, createLogger({ write: (line) => void lines.push(line) }), {});
  const message = new Message({ environment });
  assert.equal(compileExpression('${vars.missing + 1}').ok?.text(message), '');
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /WARN .*EXPRESSION_FAILED .*\$\{vars\.missing \+ 1\} counts as empty/);
});

test('an environment variable beats the file of configs', () => {
  const log = createLogger({ write: () => {} });
  assert.equal(createEnvironment(project, log, { stage: 'machine' }).config('stage'), 'machine');
  assert.equal(createEnvironment(project, log, {}).config('stage'), 'file');
});
