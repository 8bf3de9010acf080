import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDeployment } from './deployment.ts';
import { parseEnvironmentFile, parseProperties } from './properties.ts';
import { unsafePath } from './safe-path.ts';

test('deployment.toml fills environment, references and secrets, and references of references', () => {
  const { deployment, problems } = readDeployment(
    'deployment.toml',
    `[server]
hostname = "$env{HOST}"
url = "https://$ref{server.hostname}:$ref{server.offset}"
offset = 10
[mediation]
"synapse.core_threads" = 20
copy = "$ref{mediation.synapse.core_threads}"
[secrets]
db = "[plain]"
[[datasource]]
password = "$secret{db}"
other = "$secret{from_env}"`,
    { HOST: 'mi.example', from_env: 's3' },
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(deployment['server'], { hostname: 'mi.example', url: 'https://mi.example:10', offset: 10 });
  assert.equal((deployment['mediation'] as Record<string, unknown>)['copy'], '20');
  assert.deepEqual(deployment['datasource'], [{ password: 'plain', other: 's3' }]);
});

test('what has no value is reported where it stands, and a circle ends', () => {
  const { problems } = readDeployment('d.toml', 'a = "x"\nb = "$env{NOPE}"\nc = "$ref{c}"\n', {});
  assert.deepEqual(
    problems.map((p) => [p.code, p.level, p.at.line, p.at.column]),
    [
      ['UNSET_PLACEHOLDER', 'warning', 2, 6],
      ['UNSET_PLACEHOLDER', 'warning', 3, 6],
    ],
  );
});

test('broken TOML is one problem with its place', () => {
  const { deployment, problems } = readDeployment('d.toml', 'a = 1\nb = \n', {});
  assert.deepEqual(deployment, {});
  assert.deepEqual([problems.length, problems[0]?.code, problems[0]?.at.line], [1, 'BAD_TOML', 2]);
});

test('properties are name=value or name:type, environment files may quote and export', () => {
  assert.deepEqual(
    parseProperties('# c\n\na=1\n b : string \nlone\n').map((p) => [p.name, p.value, p.line]),
    [
      ['a', '1', 3],
      ['b', 'string', 4],
      ['lone', '', 5],
    ],
  );
  assert.deepEqual(parseEnvironmentFile('# c\nA=1\nexport B="two words"\nC=\'x\'\nD=a=b\nnonsense\n'), {
    A: '1',
    B: 'two words',
    C: 'x',
    D: 'a=b',
  });
});

test('only paths that stay inside are safe', () => {
  for (const good of ['a/b.xml', 'a..b/c', './a', '...']) assert.equal(unsafePath(good), undefined, good);
  for (const bad of ['../a', 'a/../../b', '/etc/passwd', 'C:/x', 'a\\b', '..', 'a\0b']) assert.ok(unsafePath(bad), bad);
});
