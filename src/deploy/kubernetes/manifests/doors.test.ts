import assert from 'node:assert/strict';
import { test } from 'node:test';
import { artifact, project } from '../../../../test/golden/plan/projects.ts';
import type { Artifact } from '../../../artifacts/model.ts';
import { insideOf } from '../../plan/index.ts';
import { doorsOf, type DoorPort } from './doors.ts';

function inbound(protocol: string, parameters: Readonly<Record<string, string>>, suspended = false): Artifact {
  const config = { protocol, suspended, parameters: new Map(Object.entries(parameters)) };
  return artifact('inboundEndpoint', `${protocol}-${Object.values(parameters).join()}`, config);
}

const doors = (artifacts: readonly Artifact[], values = {}): readonly DoorPort[] =>
  doorsOf(insideOf(project('doors', artifacts)), values);

test('each port of a listening inbound endpoint is there once, with a name that Kubernetes takes', () => {
  const found = doors([
    inbound('wss', { 'inbound.ws.port': '9443' }),
    inbound('http', { 'inbound.http.port': '8285' }),
    inbound('https', { 'inbound.http.port': '8285' }),
  ]);
  assert.deepEqual(found, [
    { name: 'in-8285', port: 8285 },
    { name: 'in-9443', port: 9443 },
  ]);
});

test('what polls, is suspended, or names no port opens none', () => {
  const found = doors([
    inbound('file', { 'inbound.http.port': '8285' }),
    inbound('http', { 'inbound.http.port': '8286' }, true),
    inbound('http', { 'inbound.http.port': '70000' }),
    inbound('http', {}),
  ]);
  assert.deepEqual(found, []);
});

test('a port that is a placeholder is opened where its value is known', () => {
  const artifacts = [inbound('http', { 'inbound.http.port': '$SYSTEM:orders_port' })];
  assert.deepEqual(doors(artifacts), []);
  assert.deepEqual(doors(artifacts, { orders_port: '8300' }), [{ name: 'in-8300', port: 8300 }]);
});
