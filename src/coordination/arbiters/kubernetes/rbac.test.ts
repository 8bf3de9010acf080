import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { policyRules } from './rbac.ts';

test('the Role of the page is the one that is granted', () => {
  const page = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  const yaml = /```yaml\n([^]*?)```/.exec(page)![1]!;
  assert.deepEqual((parse(yaml) as { rules: unknown }).rules, policyRules('orders'));
});
