import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Body } from '../message/body.ts';
import { Message } from '../message/message.ts';
import { withPostfix } from './rest.ts';

test('the path of a request goes on to HTTP addresses, and to no queue, folder or mailbox', () => {
  const message = new Message({ body: Body.json({}) });
  message.axis2.set('HTTP_METHOD', 'POST');
  message.axis2.set('REST_URL_POSTFIX', '/x?y=1');
  const to = (address: string): string => withPostfix(address, message, undefined);
  assert.equal(to('https://a/base'), 'https://a/base/x?y=1');
  assert.equal(to('local://services/A'), 'local://services/A/x?y=1');
  for (const address of ['vfs:file:///out', 'mailto:a@x.example', 'jms:/Orders?transport.jms.DestinationType=queue'])
    assert.equal(to(address), address);
});
