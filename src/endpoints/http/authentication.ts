import { child } from '../../artifacts/shape/fields.ts';
import type { Field } from '../../artifacts/shape/spec.ts';
import { Fault } from '../../errors.ts';
import { Body } from '../../message/body.ts';
import { isJsonObject } from '../../message/json.ts';
import { Message } from '../../message/message.ts';
import { childText, textOf, type Amount } from '../amount.ts';
import { senderFor } from '../leaf.ts';
import type { EndpointContext } from '../kind.ts';

const text = (doc: string): ReturnType<typeof childText> => childText({ doc });

type Parameters = readonly { readonly name: string; readonly value: Amount | undefined }[];

interface Grant {
  readonly clientId: Amount | undefined;
  readonly clientSecret: Amount | undefined;
  readonly tokenUrl: Amount | undefined;
  readonly authMode: Amount | undefined;
  readonly requestParameters: { readonly parameter: Parameters } | undefined;
  readonly customHeaders: { readonly header: Parameters } | undefined;
  readonly username?: Amount | undefined;
  readonly password?: Amount | undefined;
  readonly refreshToken?: Amount | undefined;
}

export interface Authentication {
  readonly basicAuth: { readonly username: Amount | undefined; readonly password: Amount | undefined } | undefined;
  readonly oauth:
    | {
        readonly clientCredentials: Grant | undefined;
        readonly passwordCredentials: Grant | undefined;
        readonly authorizationCode: Grant | undefined;
      }
    | undefined;
}

const oauthCommon = {
  clientId: text('The client id.'),
  clientSecret: text('The client secret.'),
  tokenUrl: text('Where tokens are given.'),
  authMode: text('Where the client names itself: Header (default) or Payload.'),
  requestParameters: child.element(
    { parameter: parameters('A field') },
    { doc: 'Further fields of the token request.' },
  ),
  customHeaders: child.element({ header: parameters('A header') }, { doc: 'Further headers of the token request.' }),
};

const shape = {
  basicAuth: child.element({ username: text('The user.'), password: text('The password.') }, { doc: 'HTTP Basic.' }),
  oauth: child.element(
    {
      clientCredentials: child.element(oauthCommon, { doc: 'OAuth 2 client credentials.' }),
      passwordCredentials: child.element(
        { username: text('The user.'), password: text('The password.'), ...oauthCommon },
        { doc: 'OAuth 2 password grant.' },
      ),
      authorizationCode: child.element(
        { refreshToken: text('The refresh token.'), ...oauthCommon },
        { doc: 'OAuth 2 with a refresh token.' },
      ),
    },
    { doc: 'OAuth 2: a token is fetched, kept until it expires, and fetched again after a 401.' },
  ),
};

export const authentication: Field<Authentication | undefined> = child.element(shape, {
  doc: 'Who we are to the endpoint.',
});

export interface Authenticator {
  /** Sets the Authorization header. */
  authorize(message: Message, signal: AbortSignal): Promise<void>;
  answered?: (
    answer: Message,
    message: Message,
    again: () => Promise<Message | undefined>,
  ) => Promise<Message | undefined>;
}

export function authenticatorOf(config: Authentication, context: EndpointContext): Authenticator | undefined {
  const { basicAuth, oauth } = config;
  if (basicAuth) {
    return {
      async authorize(message) {
        message.headers.set(
          'Authorization',
          basic(textOf(basicAuth.username, message), textOf(basicAuth.password, message)),
        );
      },
    };
  }
  if (oauth?.clientCredentials) return oauthAuthenticator(oauth.clientCredentials, 'client_credentials', context);
  if (oauth?.passwordCredentials) return oauthAuthenticator(oauth.passwordCredentials, 'password', context);
  if (oauth?.authorizationCode) return oauthAuthenticator(oauth.authorizationCode, 'refresh_token', context);
  return undefined;
}

function basic(user = '', password = ''): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

interface Token {
  readonly value: string;
  readonly expiresAt: number;
}

/** Tokens are kept for each set of credentials, as these may be computed per message. */
function oauthAuthenticator(grant: Grant, type: string, context: EndpointContext): Authenticator {
  const { clock } = context;
  const tokens = new Map<string, Promise<Token>>();
  const keyOf = (message: Message): string =>
    [grant.tokenUrl, grant.clientId, grant.clientSecret, grant.username, grant.password, grant.refreshToken]
      .map((v) => textOf(v, message) ?? '')
      .join('\n');

  async function tokenFor(message: Message, signal: AbortSignal): Promise<string> {
    const key = keyOf(message);
    const kept = tokens.get(key);
    const token = kept && (await kept);
    if (token && token.expiresAt > clock.monotonic()) return token.value;
    // Requests that come meanwhile wait for the same token.
    const fetching = tokens.get(key) === kept ? fetchToken(grant, type, message, context, signal) : tokens.get(key)!;
    tokens.set(key, fetching);
    try {
      return (await fetching).value;
    } catch (error) {
      if (tokens.get(key) === fetching) tokens.delete(key);
      throw error;
    }
  }

  return {
    async authorize(message, signal) {
      // It may have to be sent twice.
      await message.body.load(signal);
      message.headers.set('Authorization', `Bearer ${await tokenFor(message, signal)}`);
    },
    async answered(answer, message, again) {
      if (answer.axis2.get('HTTP_SC') !== 401) return answer;
      tokens.delete(keyOf(message));
      message.headers.set(
        'Authorization',
        `Bearer ${await tokenFor(message, AbortSignal.timeout(context.globalTimeoutMs))}`,
      );
      return again();
    },
  };
}

async function fetchToken(
  grant: Grant,
  type: string,
  message: Message,
  context: EndpointContext,
  signal: AbortSignal,
): Promise<Token> {
  const read = (value: Amount | undefined): string | undefined => textOf(value, message);
  const form = new URLSearchParams({ grant_type: type });
  for (const [name, value] of [
    ['username', read(grant.username)],
    ['password', read(grant.password)],
    ['refresh_token', read(grant.refreshToken)],
  ] as const) {
    if (value !== undefined) form.set(name, value);
  }
  for (const { name, value } of grant.requestParameters?.parameter ?? []) form.set(name, textOf(value, message) ?? '');
  const request = new Message({ body: Body.empty(), environment: message.environment });
  const inPayload = read(grant.authMode)?.trim().toLowerCase() === 'payload';
  if (inPayload) {
    form.set('client_id', read(grant.clientId) ?? '');
    form.set('client_secret', read(grant.clientSecret) ?? '');
  } else request.headers.set('Authorization', basic(read(grant.clientId), read(grant.clientSecret)));
  for (const { name, value } of grant.customHeaders?.header ?? [])
    request.headers.set(name, textOf(value, message) ?? '');
  request.headers.set('Accept', 'application/json');
  request.body = Body.bytes(new TextEncoder().encode(form.toString()), 'application/x-www-form-urlencoded');

  const address = read(grant.tokenUrl) ?? '';
  if (!URL.canParse(address)) throw new Fault('SEND_FAILED', { text: `The token URL "${address}" is not an address.` });
  const url = new URL(address);
  const sent = context.clock.monotonic();
  const answer = await senderFor(context.senders, url).send({
    url,
    message: request,
    method: 'POST',
    format: undefined,
    timeoutMs: context.globalTimeoutMs,
    signal,
  });
  await answer?.body.load(signal);
  const status = answer?.axis2.get('HTTP_SC');
  const said = status === 200 ? answer!.body.json() : undefined;
  const token = isJsonObject(said) ? said['access_token'] : undefined;
  if (!isJsonObject(said) || typeof token !== 'string') {
    throw new Fault('SEND_FAILED', {
      text: `No token came from ${url.origin}${url.pathname}: status ${typeof status === 'number' ? status : 'unknown'}.`,
      retry: 'again',
    });
  }
  const seconds = Number(said['expires_in'] ?? 3_600);
  // A little early, so that it does not expire on its way.
  return { value: token, expiresAt: sent + Math.max(0, seconds - Math.min(30, seconds / 10)) * 1_000 };
}

/** <parameter name="a">value</parameter> */
function parameters(what: string): Field<Parameters> {
  const value = childText({ doc: 'The value.' });
  return {
    place: 'child',
    type: 'list of elements',
    doc: `${what}: its name, and its value as text.`,
    required: false,
    read: (from, tag) =>
      from.children(tag).map((e) => {
        // The field reads a child; here the element itself holds the text.
        const holder = { child: () => e, inside: () => from.inside(e) } as unknown as typeof from;
        return { name: e.attribute('name') ?? '', value: value.read(holder, tag) };
      }),
    write(list, to, tag) {
      for (const parameter of list) {
        to.child(tag, (w) => {
          w.attribute('name', parameter.name);
          const { fixed, expression } = parameter.value ?? { fixed: '' };
          w.text(fixed ?? (expression?.language === 'synapse' ? expression.source : `{${expression?.source}}`));
        });
      }
    },
    visit: (list, visitor) => list.forEach((p) => value.visit?.(p.value, visitor)),
  };
}
