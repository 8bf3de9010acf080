import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applied, facts, image, integration, report, revision } from '../fixtures/facts.ts';
import { called } from '../../cluster/bringing.ts';
import { chart, type Course } from './course.ts';
import { situationOf } from './situation.ts';
import { statusOf } from './status.ts';

/** "apply Deployment harbour" */
const said = ({ steps }: Course): string[] =>
  steps.map((step) => {
    if (step.do === 'apply' || step.do === 'delete') return `${step.do} ${called(step.object)}`;
    return step.do === 'record' || step.do === 'forget' ? `${step.do} ${step.revision.number}` : step.do;
  });

const readyOf = (course: Course, of: Parameters<typeof situationOf>[0]): string => {
  const status = statusOf(situationOf(of, course, undefined), course, '2026-01-01T00:00:00Z');
  return status.conditions!.map(({ type, status: is, reason }) => `${type}=${is}/${reason}`).join(' ');
};

const one = integration();
const first = revision(one, 1);

test('an image nobody has looked into is looked into, and nothing else is done', () => {
  const course = chart(facts({ reports: new Map() }));
  assert.deepEqual(said(course), ['inspect image']);
  assert.equal(course.stop?.reason, 'Inspecting');
});

test('what is known to be inside becomes a revision and its objects, POD 1 last', () => {
  const steps = said(chart(facts()));
  assert.equal(steps[0], 'record 1');
  assert.equal(steps.at(-1), 'apply Deployment harbour');
  assert.ok(steps.includes('apply Role harbour-coordination'));
});

test('when everything is as it is wanted there is nothing to do', () => {
  const of = facts({ revisions: [first], owned: applied(one, first) });
  const course = chart(of);
  assert.deepEqual(course.steps, []);
  assert.match(
    readyOf(course, of),
    /^Ready=True\/Serving Available=True\/Answering Progressing=False\/Settled Degraded=False\/AsWanted$/,
  );
});

test('an inspection that cannot start says why; what ran before runs on and is kept up', () => {
  const next = integration({ artifact: { image: 'example.com/none:2' } });
  const stuck = chart(facts({ integration: next, revisions: [first], owned: applied(one, first) }));
  assert.deepEqual(said(stuck), ['inspect image']);
  const [step] = stuck.steps;
  assert.ok(step?.do === 'inspect image');
  const status = {
    phase: 'Pending',
    containerStatuses: [
      {
        state: {
          waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x": ErrImagePull: not found' },
        },
      },
    ],
  };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: step.pod.metadata.name }, status };
  const owned = applied(one, first).filter(({ kind }) => kind !== 'Service');
  const course = chart(facts({ integration: next, revisions: [first], owned, inspections: [pod] }));
  assert.equal(course.stop?.reason, 'ArtifactUnavailable');
  assert.match(
    course.stop.message,
    /none:2 cannot be started to look into it: the image cannot be pulled: not found\./,
  );
  assert.deepEqual(said(course), ['apply Service harbour']);
});

test('what the plan refuses is said in the words of an Integration, and changes nothing', () => {
  const next = integration({ pattern: 'Replicated' });
  const course = chart(facts({ integration: next, revisions: [first], owned: applied(one, first) }));
  assert.equal(course.stop?.reason, 'PlanRefused');
  assert.match(course.stop.message, /RUNS_TWICE .* spec\.pattern coordinated/);
  assert.deepEqual(course.steps, []);
});

test('artifacts with errors are not rolled out', () => {
  const faulty = { ...report, problems: [{ level: 'error', text: 'api.xml:3:1 error BAD' } as const] };
  const course = chart(facts({ reports: new Map([[`image:${image}`, faulty]]) }));
  assert.equal(course.stop?.reason, 'ArtifactFaulty');
  assert.match(course.stop.message, /api\.xml:3:1/);
  assert.deepEqual(course.steps, []);
});

test('as long as one name is taken by somebody else, nothing at all is applied', () => {
  const course = chart(facts({ foreign: ['Service harbour'] }));
  assert.equal(course.stop?.reason, 'NameTaken');
  assert.deepEqual(said(course), ['record 1']);
});

test('nothing is done to what is paused', () => {
  const of = facts({ integration: integration({ paused: true }) });
  const course = chart(of);
  assert.deepEqual(course.steps, []);
  assert.match(readyOf(course, of), /Ready=False\/Paused .*Progressing=False\/Paused/);
});

test('isolated pods are there before POD 1 is changed, and go when POD 1 can hold everything', () => {
  const isolated = integration({ isolate: [{ group: 'night', artifacts: ['nightlyReport_Task'] }] });
  const second = revision(isolated, 2);
  const begun = chart(facts({ integration: isolated, revisions: [first, second], owned: applied(one, first) }));
  assert.deepEqual(said(begun), ['apply Deployment harbour-night']);

  const group = applied(isolated, second, { 'harbour-night': { available: 0 } }).filter(
    ({ metadata }) => metadata.name === 'harbour-night',
  );
  const waiting = chart(
    facts({ integration: isolated, revisions: [first, second], owned: [...applied(one, first), ...group] }),
  );
  assert.deepEqual(said(waiting), []);

  const there = applied(isolated, second).filter(({ metadata }) => metadata.name === 'harbour-night');
  const going = chart(
    facts({ integration: isolated, revisions: [first, second], owned: [...applied(one, first), ...there] }),
  );
  assert.deepEqual(said(going), ['apply Deployment harbour']);

  const third = revision(one, 3);
  const back = { integration: one, revisions: [first, second, third] };
  const rolling = applied(one, third, { harbour: { available: 1 } });
  assert.deepEqual(said(chart(facts({ ...back, owned: [...rolling, ...there] }))), []);
  assert.deepEqual(said(chart(facts({ ...back, owned: [...applied(one, third), ...there] }))), [
    'delete Deployment harbour-night',
  ]);
});

test('a change that failed is taken back where that is asked for, and stays so until the spec changes', () => {
  const update = { onFailure: 'Rollback' } as const;
  const history = [
    { revision: 1, outcome: 'Served' as const },
    { revision: 2, outcome: 'Failed' as const },
  ];
  const next = integration({ env: [{ name: 'a', value: 'b' }], update }, { history });
  const second = revision(next, 2);
  const of = facts({
    integration: next,
    revisions: [first, second],
    owned: applied(next, second, { harbour: { failed: true, available: 1 } }),
  });
  const course = chart(of);
  assert.equal(course.running?.number, 1);
  assert.deepEqual(said(course), ['apply Deployment harbour']);
  const settled = facts({ ...of, owned: applied(next, first) });
  assert.deepEqual(chart(settled).steps, []);
  assert.match(readyOf(chart(settled), settled), /Ready=False\/RolledBack .*Degraded=True\/RolledBack/);

  const stop = integration({ env: [{ name: 'a', value: 'b' }] }, { history });
  const stopped = facts({
    ...of,
    integration: stop,
    owned: applied(stop, second, { harbour: { failed: true, available: 1 } }),
  });
  assert.equal(chart(stopped).running?.number, 2);
  assert.match(readyOf(chart(stopped), stopped), /Ready=False\/UpdateFailed Available=True/);
});

test('a change of replicas or of the way in is no revision', () => {
  const scaled = integration({ replicas: 5, expose: { type: 'Ingress', host: 'a.example.com' } });
  const course = chart(facts({ integration: scaled, revisions: [first], owned: applied(one, first) }));
  assert.equal(course.newest?.number, 1);
  assert.deepEqual(said(course), ['apply Ingress harbour', 'apply Deployment harbour']);
});

test('as many revisions are kept as are asked for, and always the one that runs', () => {
  const of = integration({ update: { keepRevisions: 1 } });
  const all = [first, revision(integration({ peers: true }), 2), revision(integration({ replicas: 3 }), 3)];
  const course = chart(facts({ integration: of, revisions: all, owned: applied(of, all[2]!) }));
  assert.deepEqual(
    said(course).filter((step) => step.startsWith('forget')),
    ['forget 1'],
  );
});

test('replicas that the running revision cannot have delete nothing', () => {
  const alone = integration({ pattern: 'Replicated', replicas: 1 });
  const running = revision(alone, 1);
  const more = integration({ pattern: 'Replicated', replicas: 3 });
  const course = chart(facts({ integration: more, revisions: [running], owned: applied(alone, running) }));
  assert.equal(course.stop?.reason, 'PlanRefused');
  assert.deepEqual(said(course), []);
});

test('a single that ran before is one replica still, when what was to follow it is refused', () => {
  const alone = integration({ pattern: 'Single', replicas: 1 });
  const running = revision(alone, 1);
  const refused = integration({ pattern: 'Replicated', replicas: 3 });
  const owned = applied(alone, running).filter(({ kind }) => kind !== 'Service');
  const course = chart(facts({ integration: refused, revisions: [running], owned }));
  assert.equal(course.stop?.reason, 'PlanRefused');
  assert.deepEqual(said(course), ['apply Service harbour']);
});
