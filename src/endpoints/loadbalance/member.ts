import type { Endpoint } from '../../engine/ports.ts';
import type { Message } from '../../message/message.ts';
import type { Making } from '../kind.ts';
import { LeafEndpoint } from '../leaf.ts';
import { noQuality } from '../quality.ts';

export interface MemberConfig {
  readonly hostName: string;
  readonly httpPort: number | undefined;
  readonly httpsPort: number | undefined;
}

/** <member>: the path the message asks for, on that host. Source: Synapse LoadbalanceEndpoint with application members. */
export function hostEndpoint(member: MemberConfig, making: Making<unknown>): Endpoint {
  return new LeafEndpoint(
    { ...making, name: `${member.hostName}:${member.httpPort ?? member.httpsPort ?? ''}` },
    {
      kind: 'member',
      quality: noQuality,
      format: undefined,
      notReadyNumber: 303001,
      resolve: (message) => ({ address: addressOn(member, message) }),
    },
  );
}

function addressOn({ hostName, httpPort, httpsPort }: MemberConfig, message: Message): string {
  const to = message.addressing.to ?? message.request?.target ?? '/';
  const absolute = URL.canParse(to) ? new URL(to) : undefined;
  const secure = absolute ? absolute.protocol === 'https:' : message.request?.protocol === 'https';
  const scheme = (secure && httpsPort !== undefined) || httpPort === undefined ? 'https' : 'http';
  const port = scheme === 'https' ? httpsPort : httpPort;
  const path = absolute ? absolute.pathname + absolute.search : to.startsWith('/') ? to : `/${to}`;
  return `${scheme}://${hostName}${port === undefined ? '' : `:${port}`}${path}`;
}
