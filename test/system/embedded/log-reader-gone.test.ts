import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root: string = resolve(import.meta.dirname, '../../..');
const talkative = `<api xmlns="http://ws.apache.org/ns/synapse" name="talk" context="/talk">
  <resource methods="GET" uri-template="/"><inSequence>
    <log level="custom"><property name="said" value="something"/></log>
    <payloadFactory media-type="json"><format>{"ok": true}</format></payloadFactory><respond/>
  </inSequence></resource>
</api>
`;

test('a replica whose log nobody reads any more serves on, and ends in good order', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-unread-'));
  writeFileSync(join(folder, 'talk.xml'), talkative);
  const args = ['replica', folder, '--port', '0', '--health-port', '0', '--host', '127.0.0.1'];
  const child = spawn(process.execPath, [join(root, 'src/console/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  try {
    let port = '';
    for await (const line of createInterface({ input: child.stdout })) {
      const ready = /^ready on port (\d+)/.exec(line);
      if (ready) {
        port = ready[1]!;
        break;
      }
    }
    child.stdout.destroy();
    child.stderr.destroy();
    for (let i = 0; i < 5; i++) {
      const answer = await fetch(`http://127.0.0.1:${port}/talk/`);
      assert.deepEqual([answer.status, await answer.json()], [200, { ok: true }]);
    }
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
