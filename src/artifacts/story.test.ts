/**
 * How this room fits together, from a user's files to a report and back to XML. Read this first.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { serializeXml } from '../message/xml/serialize.ts';
import { artifactKey, classify, isFaulty, loadProject, referencesOf, writeElement } from './index.ts';
import { vocabulary } from './try-out.ts';

test('a project is read, judged, classified, changed by its author, and written back', async () => {
  const root = mkdtempSync(join(tmpdir(), 'gantry-story-'));
  try {
    // A user writes three files. The element names come from a vocabulary that other rooms bring; here a small one.
    const artifacts = join(root, 'src/main/wso2mi/artifacts');
    mkdirSync(artifacts, { recursive: true });
    const write = (name: string, xml: string): void =>
      writeFileSync(join(artifacts, name), xml.replace('>', ' xmlns="http://ws.apache.org/ns/synapse">'));
    write(
      'Nightly.xml',
      '<task name="Nightly"><trigger cron="0 0 3 * * ?"/><property name="injectTo" value="sequence"/><property name="sequenceName" value="Count"/></task>',
    );
    write('Count.xml', '<sequence name="Count"><log level="full"/><call><endpoint key="Depot"/></call></sequence>');
    write('Depot.xml', '<endpoint name="Dpot"><address uri="http://127.0.0.1:1/"/></endpoint>');

    // Reading never throws for what is wrong: a typo in a name is a problem with a place and a hint.
    const first = await loadProject([root], { vocabulary, env: {} });
    assert.deepEqual(first.artifacts.map(artifactKey), ['sequence/Count', 'endpoint/Dpot', 'task/Nightly']);
    const [missing] = first.problems;
    assert.equal(missing?.code, 'MISSING_ENDPOINT');
    assert.equal(missing.at.file, 'src/main/wso2mi/artifacts/Count.xml');
    assert.equal(missing.hint, 'Did you mean "Dpot"?');
    // Like MI, it deploys all the same: only the message that comes to the call fails.
    assert.ok(first.artifacts.every((a) => !isFaulty(a)));

    // The author corrects it, and the digest says that this is another version.
    write('Depot.xml', '<endpoint name="Depot"><address uri="http://127.0.0.1:1/"/></endpoint>');
    const second = await loadProject([root], { vocabulary, env: {} });
    assert.deepEqual(second.problems, []);
    assert.notEqual(second.digest, first.digest);

    // What needs one holder at a time is known from the files alone, with the reason.
    const stateful = second.artifacts.filter((a) => classify(a, second.artifacts).stateful);
    assert.deepEqual(
      stateful.map((a) => `${a.name}: ${classify(a, second.artifacts).reason}`),
      ['Nightly: A scheduled task runs by the clock: on two replicas it would run twice.'],
    );

    // So is what belongs together: the task needs the sequence, which needs the endpoint.
    const needs = second.artifacts.map((a) => [a.name, referencesOf(a).map((r) => `${r.kind} ${r.key.fixed}`)]);
    assert.deepEqual(needs, [
      ['Count', ['endpoint Depot']],
      ['Depot', []],
      ['Nightly', ['sequence Count']],
    ]);

    // And every artifact can be written back as the XML everyone would write.
    const [count] = second.artifacts;
    assert.equal(
      serializeXml(writeElement(count!.spec!, count!.config)),
      '<sequence xmlns="http://ws.apache.org/ns/synapse" name="Count"><log level="full"/><call><endpoint key="Depot"/></call></sequence>',
    );
  } finally {
    rmSync(root, { recursive: true });
  }
});
