/** Where flows send. For users: the kinds below, each described in its folder. For other rooms: what is exported here. */
import type { ElementSpec } from '../artifacts/shape/spec.ts';
import { createVocabulary } from '../artifacts/shape/vocabulary.ts';
import { address } from './address/address.ts';
import { defaultKind } from './default/default.ts';
import { failover } from './failover/failover.ts';
import { http } from './http/http.ts';
import { loadbalance } from './loadbalance/loadbalance.ts';
import { recipientlist } from './recipientlist/recipientlist.ts';
import { templateKind } from './template/template.ts';
import { wsdl } from './wsdl/wsdl.ts';

export const endpointSpecs: readonly ElementSpec[] = [
  address,
  http,
  defaultKind,
  wsdl,
  failover,
  loadbalance,
  recipientlist,
  templateKind(() => createVocabulary({ endpoints: endpointSpecs })),
];

export { createEndpoint, type EndpointContext } from './kind.ts';
export { createDefaultEndpoint } from './default/default.ts';
