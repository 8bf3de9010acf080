import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryOut, type TryOutOptions } from '../try-out.ts';

const template: TryOutOptions = {
  templates: {
    t: {
      xml: '<property name="seen" expression="fn:concat($func:a, \'/\', $func:b)"/>',
      parameters: [
        { name: 'a', mandatory: true, defaultValue: undefined },
        { name: 'b', mandatory: false, defaultValue: 'dflt' },
      ],
    },
  },
};
const call = (parameters: string): string => `<call-template target="t">${parameters}</call-template>`;

test('parameters are fixed, computed, computed late, or the default', async () => {
  const seen = async (parameters: string): Promise<unknown> => {
    const done = await tryOut(call(parameters), '<r><x>5</x></r>', template);
    assert.equal(done.fault?.describe(), undefined);
    return done.message.properties.get('seen');
  };
  assert.equal(await seen('<with-param name="a" value="1"/>'), '1/dflt');
  assert.equal(await seen('<with-param name="a" value="{//x/text()}"/><with-param name="b" value="2"/>'), '5/2');
  assert.equal(await seen('<with-param name="a" value="{{//x/text()}}"/><with-param name="b" value=""/>'), '5/');
});

test('a mandatory parameter that is not given is a fault that names it', async () => {
  const { fault } = await tryOut(call(''), '<r/>', template);
  assert.equal(fault?.code, 'PARAMETER_MISSING');
  assert.match(fault?.message ?? '', /parameter: a/);
});

test('parameters are gone after the call', async () => {
  const { message } = await tryOut(call('<with-param name="a" value="1"/>'), '<r/>', template);
  assert.equal(message.templateParameters.length, 0);
});

test('a parameter computed from what is not there counts as not given', async () => {
  const absent = '<with-param name="a" value="1"/><with-param name="b" value="{get-property(\'absent\')}"/>';
  const { message } = await tryOut(call(absent), '<r/>', template);
  assert.equal(message.properties.get('seen'), '1/dflt');
});

test('onError of the call takes the faults of the template', async () => {
  const { outcome, fault, message } = await tryOut(
    '<call-template target="t" onError="rescue"/><property name="after" value="1"/>',
    '<r/>',
    {
      templates: { t: { xml: '<sequence key="missing"/>', parameters: [] } },
      sequences: { rescue: '<property name="rescued" expression="get-property(\'ERROR_MESSAGE\')"/>' },
    },
  );
  assert.equal(fault, undefined);
  const rescued = message.properties.get('rescued');
  assert.ok(typeof rescued === 'string' && rescued.includes('missing'), 'it was told what happened');
  assert.deepEqual([outcome, message.properties.has('after')], ['end', false], 'a handled fault ends the flow');
});
