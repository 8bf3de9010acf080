import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Artifact } from '../model.ts';
import { pinsOf, placementOf } from '../placement.ts';
import { read } from '../try-out.ts';
import { readDeployment } from './deployment.ts';
import { readPlacements, type Placements } from './placements.ts';

function artifact(xml: string): Artifact {
  const { kind, config } = read(xml);
  const file = 'a.xml';
  const at = { file, line: 1, column: 1 };
  const named = config as { name: string };
  return {
    kind: kind.kind,
    name: named.name,
    file,
    at,
    spec: undefined,
    config,
    element: undefined,
    problems: [],
    application: undefined,
  };
}

const nightly = artifact('<task name="nightly" pinnedServers="pod-1,node-2"><trigger once="true"/></task>');
const api = artifact('<api name="Orders" context="/orders"/>');
const twins = [
  artifact('<task name="twin"><trigger once="true"/></task>'),
  artifact('<inboundEndpoint name="twin" protocol="file"><parameters/></inboundEndpoint>'),
];
const memory = [
  artifact('<messageStore name="Waiting"/>'),
  artifact('<messageProcessor name="Forward" class="c" messageStore="Waiting"/>'),
];

function placed(text: string): Placements {
  const { deployment: values } = readDeployment('deployment.toml', text, { HEAVY: 'heavy' });
  return readPlacements([{ file: 'deployment.toml', text, values }], [nightly, api, ...twins, ...memory]);
}

test('weight, group and words to be apart reach the artifact that is named, beside its own pins', () => {
  const { placements, problems } = placed(`[server]
hostname = "x"

[[gantry.artifact]]
name = "nightly"
weight = 2.5
group = "ledger"
apart = ["$env{HEAVY}"]

[[gantry.artifact]]
name = "inboundEndpoint/twin"
weight = 3
`);
  assert.deepEqual(problems, []);
  assert.deepEqual(placementOf(nightly, { placements }), {
    weight: 2.5,
    group: 'ledger',
    apart: ['heavy'],
    pins: ['pod-1', 'node-2'],
  });
  assert.deepEqual(placementOf(twins[1]!, { placements }), { weight: 3 });
  assert.deepEqual(placementOf(twins[0]!, { placements }), {});
});

test('what cannot be followed is told where it stands, and the rest of the table holds', () => {
  const { placements, problems } = placed(`[[gantry.artifact]]
name = "nightly"
weight = 0.5
group = 7
  apart = "heavy"
wieght = 2

[[gantry.artifact]]
name = "nigthly"

[[gantry.artifact]]
name = "api/Orders"

[[gantry.artifact]]
name = "twin"

[[gantry.artifact]]
name = "Forward"

[[gantry.artifact]]
weight = 2

[[gantry.artifact]]
name = "task/nightly"
`);
  assert.deepEqual(
    problems.map(({ code, at }) => `${at.line}:${at.column} ${code}`),
    [
      '6:1 BAD_PLACEMENT',
      '3:1 BAD_PLACEMENT',
      '4:1 BAD_PLACEMENT',
      '5:3 BAD_PLACEMENT',
      '9:1 UNKNOWN_ARTIFACT',
      '12:1 PLACED_STATELESS',
      '15:1 AMBIGUOUS_ARTIFACT',
      '18:1 PLACED_STATELESS',
      '20:1 BAD_PLACEMENT',
      '24:1 BAD_PLACEMENT',
    ],
  );
  assert.match(problems[0]!.hint!, /Did you mean "weight"/);
  assert.match(problems[4]!.hint!, /Did you mean "nightly"/);
  assert.deepEqual([...placements], [['task/nightly', {}]]);
});

test('a table that is no list is one problem, and no table is none', () => {
  assert.deepEqual(
    placed('x = 1\n[gantry.artifact]\nname = "nightly"\n').problems.map(({ code, at }) => `${at.line} ${code}`),
    ['2 BAD_PLACEMENT'],
  );
  assert.deepEqual(placed('x = 1\n').problems, []);
});

test('pinnedServers is an attribute of tasks and a parameter of processors and inbound endpoints', () => {
  const parameter = '<parameter name="pinnedServers">a, b</parameter>';
  assert.deepEqual(pinsOf(nightly), ['pod-1', 'node-2']);
  assert.deepEqual(
    pinsOf(
      artifact(`<inboundEndpoint name="i" protocol="file"><parameters>${parameter}</parameters></inboundEndpoint>`),
    ),
    ['a', 'b'],
  );
  assert.deepEqual(
    pinsOf(artifact(`<messageProcessor name="p" class="c" messageStore="s">${parameter}</messageProcessor>`)),
    ['a', 'b'],
  );
});

test('how often a due run happens is said of tasks, in one of two words', () => {
  const { placements, problems } = placed(`[[gantry.artifact]]
name = "nightly"
runs = "at-least-once"

[[gantry.artifact]]
name = "inboundEndpoint/twin"
runs = "at-least-once"

[[gantry.artifact]]
name = "task/twin"
runs = "exactly-once"
`);
  assert.equal(placementOf(nightly, { placements }).runs, 'at-least-once');
  assert.deepEqual(
    problems.map(({ code, at, text }) => [code, at.line, text]),
    [
      ['BAD_PLACEMENT', 7, 'inboundEndpoint/twin has no scheduled runs.'],
      ['BAD_PLACEMENT', 11, 'runs is no guarantee there is.'],
    ],
  );
});

test('time zone, misfire and jitter reach the task; what is none of them is reported at its line', () => {
  const { placements, problems } = placed(`[[gantry.artifact]]
name = "nightly"
timezone = "Europe/Zurich"
misfire = "each"
jitter = 1.5
`);
  assert.deepEqual(problems, []);
  const { timeZone, misfire, jitterMs } = placements.get('task/nightly')!;
  assert.deepEqual([timeZone, misfire, jitterMs], ['Europe/Zurich', 'each', 1_500]);

  const wrong = placed(`[[gantry.artifact]]
name = "nightly"
timezone = "Europe/Zürich"
misfire = "never"
jitter = "1s"

[[gantry.artifact]]
name = "inboundEndpoint/twin"
misfire = "once"
`);
  assert.deepEqual(
    wrong.problems.map(({ code, at }) => `${code} ${at.line}`),
    ['BAD_PLACEMENT 3', 'BAD_PLACEMENT 4', 'BAD_PLACEMENT 5', 'BAD_PLACEMENT 9'],
  );
});
