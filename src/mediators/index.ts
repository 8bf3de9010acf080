/** Every mediator Gantry runs. A new one is its folder and a line here. */
import type { Mediator } from '../engine/ports.ts';
import { callTemplate } from './call-template/call-template.ts';
import { call } from './call/call.ts';
import { comment } from './comment/comment.ts';
import { description } from './description/description.ts';
import { drop } from './drop/drop.ts';
import { enrich } from './enrich/enrich.ts';
import { filter } from './filter/filter.ts';
import { header } from './header/header.ts';
import { inMediator } from './in/in.ts';
import { publishMessages } from './kafkaTransport/publishMessages.ts';
import { log } from './log/log.ts';
import { loopback } from './loopback/loopback.ts';
import { makefault } from './makefault/makefault.ts';
import { out } from './out/out.ts';
import { payloadFactory } from './payloadFactory/payloadFactory.ts';
import { property } from './property/property.ts';
import { propertyGroup } from './propertyGroup/propertyGroup.ts';
import { respond } from './respond/respond.ts';
import { send } from './send/send.ts';
import { sequence } from './sequence/sequence.ts';
import { store } from './store/store.ts';
import { switchMediator } from './switch/switch.ts';
import { throwError } from './throwError/throwError.ts';
import { variable } from './variable/variable.ts';

export const mediators: readonly Mediator[] = [
  call,
  callTemplate,
  comment,
  description,
  drop,
  enrich,
  filter,
  header,
  inMediator,
  log,
  loopback,
  makefault,
  out,
  payloadFactory,
  property,
  propertyGroup,
  publishMessages,
  respond,
  send,
  sequence,
  store,
  switchMediator,
  throwError,
  variable,
];
