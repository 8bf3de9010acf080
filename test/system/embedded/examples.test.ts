/** Every example project has a README, is sound, becomes ready on a machine with nothing else on it, and stops. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gantry, root, runGantry } from './gantry.ts';

const examples = readdirSync(join(root, 'examples'), { withFileTypes: true }).filter((entry) => entry.isDirectory());

for (const { name } of examples) {
  const path = join(root, 'examples', name);

  test(`example ${name}: checked, started, answering, stopped`, async () => {
    const readme = readFileSync(join(path, 'README.md'), 'utf8');
    assert.match(readme, new RegExp(`^# ${name}\n`));
    const checked = await gantry('check', path);
    assert.equal(checked.code, 0, checked.stdout);
    const running = await runGantry([path], { args: ['--replicas', '2', '--nodes', '2'] });
    try {
      const { status } = await fetch(`${running.health}/healthz`);
      assert.equal(status, 200);
      // What needs a server of its own waits for it, and says for which; nothing is faulty.
      const { artifacts, pods } = await running.status();
      assert.deepEqual(
        artifacts.filter((artifact) => artifact.state === 'faulty').map((artifact) => artifact.problems),
        [],
      );
      assert.ok(pods.some((pod) => pod.state === 'ready'));
    } finally {
      assert.equal(await running.stop(), 0);
    }
  });
}
