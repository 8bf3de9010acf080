import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShape } from '../../artifacts/parameters.ts';
import { mailParameters } from './parameters.ts';
import { mail } from './spec.ts';

const at = { file: 'proxy.xml', line: 1, column: 1 };
const sound = { 'mail.imap.host': 'mail.x.example', 'mail.imap.user': 'orders', 'mail.imap.password': 'secret' };

function problemsOf(parameters: Readonly<Record<string, string>>): readonly string[] {
  const { config, problems } = readShape(mailParameters, new Map(Object.entries(parameters)), { what: 'It', at });
  return [...problems, ...(config ? mail.check!(config, at) : [])].map(({ code, text }) => `${code} ${text}`);
}

test('what a mailbox needs is said by name; what is not spoken is refused', () => {
  assert.deepEqual(problemsOf(sound), []);
  assert.match(problemsOf({})[0]!, /MISSING_PARAMETER .*mail\.imap\.host/);
  assert.match(problemsOf({ 'transport.mail.Protocol': 'pop3' })[0]!, /BAD_PARAMETER .*pop3/);
  assert.match(problemsOf({ ...sound, 'transport.mail.auth.mechanism': 'OAUTH' })[0]!, /BAD_PARAMETER .*oauth/);
  assert.match(
    problemsOf({ ...sound, 'transport.mail.ActionAfterFailure': 'MOVE' })[0]!,
    /MISSING_PARAMETER .*MoveAfterFailure/,
  );
});

test('answers go by the server of deployment.toml, unless another one is named', () => {
  const deployment = {
    transport: { mail: { sender: [{ parameter: { hostname: 'smtp.x.example', port: '587', username: 'me' } }] } },
  };
  const completed = mail.fromDeployment!(new Map(Object.entries(sound)), deployment);
  assert.equal(completed.get('mail.smtp.host'), 'smtp.x.example');
  assert.equal(completed.get('mail.smtp.port'), '587');
  assert.equal(completed.get('mail.smtp.user'), 'me');
  const named = new Map([['mail.smtp.host', 'other.x.example']]);
  assert.equal(mail.fromDeployment!(named, deployment), named);
});
