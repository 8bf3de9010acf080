import { test } from 'node:test';

test(
  'the services tier',
  {
    skip: 'no transport of this version talks to a broker or database yet; the stateful transports bring their tests here',
  },
  () => {},
);
