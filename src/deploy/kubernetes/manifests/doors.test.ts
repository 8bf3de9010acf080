import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Artifact } from '../../../artifacts/model.ts';
import { doorsOf } from './doors.ts';

function inbound(protocol: string, parameters: Readonly<Record<string, string>>, suspended = false): Artifact {
  return {
    kind: 'inboundEndpoint',
    name: protocol,
    file: 'a.xml',
    at: { file: 'a.xml', line: 1, column: 1 },
    spec: undefined,
    config: { name: protocol, protocol, suspended, parameters: new Map(Object.entries(parameters)) },
    element: undefined,
    problems: [],
    application: undefined,
  };
}

test('each port of a listening inbound endpoint is there once, with a name that Kubernetes takes', () => {
  const doors = doorsOf([
    inbound('wss', { 'inbound.ws.port': '9443' }),
    inbound('http', { 'inbound.http.port': '8285' }),
    inbound('https', { 'inbound.http.port': '8285' }),
  ]);
  assert.deepEqual(doors, [
    { name: 'in-8285', port: 8285 },
    { name: 'in-9443', port: 9443 },
  ]);
});

test('what polls, is suspended, or names no port opens none', () => {
  const doors = doorsOf([
    inbound('file', { 'inbound.http.port': '8285' }),
    inbound('http', { 'inbound.http.port': '8286' }, true),
    inbound('http', { 'inbound.http.port': '$SYSTEM:port' }),
  ]);
  assert.deepEqual(doors, []);
});
