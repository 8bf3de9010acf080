import { cloneNode } from '../../message/xml/tree.ts';
import { attr } from '../shape/fields.ts';
import { readEndpoint, visitEndpointChoice, writeEndpoint } from '../shape/endpoint.ts';
import type { ElementReader } from '../shape/reader.ts';
import type { Visitor } from '../shape/spec.ts';
import type { ElementWriter } from '../shape/writer.ts';
import { description, nameAttribute, observed, parameters, wordList } from './fields.ts';
import { flow, visitFlow } from './flow.ts';
import { defineIrregularKind, type Kind } from './kind.ts';
import type { ProxyConfig } from './types.ts';

const shape = {
  name: nameAttribute,
  transports: wordList({ doc: 'http, https, local, vfs, jms, rabbitmq; http and https when not given.' }),
  startOnLoad: attr.boolean({ doc: 'Take requests as soon as it is deployed.', default: true }),
  pinnedServers: wordList({ doc: 'Starts on these replicas only.' }),
  serviceGroup: attr.text({ doc: 'The Axis2 service group.' }),
  ...observed,
  description,
  parameters: parameters({ doc: 'What a transport needs: transport.vfs.FileURI, ...' }),
};

const flows = {
  inSequence: flow({ doc: 'Steps for what comes in.' }),
  outSequence: flow({ doc: 'Steps for what the endpoint answered.' }),
  faultSequence: flow({ doc: 'Steps that take over when one fails.' }),
};

export const proxy: Kind = defineIrregularKind<ProxyConfig>({
  kind: 'proxy',
  tag: 'proxy',
  summary: 'A service under /services/name, in front of an endpoint or a flow.',
  shape,
  nameOf: (config) => config.name,
  codec: {
    read(from) {
      const { serviceGroup, ...config } = from.shape(shape);
      const target = readTarget(from);
      const { wsdl, wsdlResources } = readWsdl(from);
      const policies = readPolicies(from);
      refuseSecurity(from);
      from.finish({ ...shape, target: description, publishWSDL: description });
      return {
        ...config,
        target,
        wsdl,
        ...(serviceGroup === undefined ? {} : { serviceGroup }),
        ...(policies.length > 0 ? { policies } : {}),
        ...(wsdlResources.length > 0 ? { wsdlResources } : {}),
      };
    },
    write(config, to) {
      const { parameters: list, ...rest } = shape;
      to.shape(rest, { ...config });
      to.child('target', (w) => {
        w.shape(flows, config.target);
        if (config.target.endpoint) writeTargetEndpoint(config.target.endpoint, w);
      });
      writeWsdl(config, to);
      list.write(config.parameters, to, 'parameter');
      for (const { key, type } of config.policies ?? []) {
        to.child('policy', (w) => {
          w.attribute('key', key);
          w.attribute('type', type);
        });
      }
    },
    visit: visitProxy,
  },
});

function readTarget(from: ElementReader): ProxyConfig['target'] {
  const element = from.child('target');
  if (!element) {
    from.problem('MISSING_ELEMENT', '<proxy> needs a child <target>.', { hint: 'It says where messages go.' });
    return { endpoint: undefined, inSequence: undefined, outSequence: undefined, faultSequence: undefined };
  }
  const inside = from.inside(element);
  const config = inside.shape(flows);
  const named = inside.attribute('endpoint');
  const written = inside.child('endpoint');
  inside.attribute('description');
  inside.children('description');
  inside.finish({ ...flows, endpoint: description });
  const endpoint = named ? ({ key: { fixed: named.value.trim() } } as const) : written && readEndpoint(written, inside);
  if (!named && !written && !config.inSequence) {
    inside.problem('NO_TARGET', 'The proxy service sends its messages nowhere.', {
      hint: 'Give <target> an inSequence or an endpoint.',
    });
  }
  return { ...config, endpoint };
}

function writeTargetEndpoint(endpoint: NonNullable<ProxyConfig['target']['endpoint']>, to: ElementWriter): void {
  if ('key' in endpoint && endpoint.key?.fixed !== undefined) to.attribute('endpoint', endpoint.key.fixed);
  else writeEndpoint(endpoint, to);
}

function readWsdl(from: ElementReader): {
  readonly wsdl: ProxyConfig['wsdl'];
  readonly wsdlResources: NonNullable<ProxyConfig['wsdlResources']>;
} {
  const element = from.child('publishWSDL');
  if (!element) return { wsdl: undefined, wsdlResources: [] };
  const inside = from.inside(element);
  inside.attribute('preservePolicy');
  const wsdlResources = inside.children('resource').map((e) => ({
    location: e.attribute('location') ?? '',
    key: e.attribute('key') ?? '',
  }));
  const uri = inside.attribute('uri')?.value;
  const key = inside.attribute('key')?.value;
  const endpoint = inside.attribute('endpoint')?.value;
  const inline = inside.remaining()[0];
  inside.text();
  inside.finish();
  if (uri !== undefined) return { wsdl: { uri }, wsdlResources };
  if (key !== undefined) return { wsdl: { key }, wsdlResources };
  if (endpoint !== undefined) return { wsdl: { endpoint }, wsdlResources };
  if (inline) return { wsdl: { inline }, wsdlResources };
  inside.problem('MISSING_ATTRIBUTE', '<publishWSDL> says nothing about where the WSDL is.', {
    level: 'warning',
    hint: 'Give it uri, key or endpoint, or put the WSDL inside.',
  });
  return { wsdl: undefined, wsdlResources };
}

function writeWsdl({ wsdl, wsdlResources }: ProxyConfig, to: ElementWriter): void {
  if (!wsdl) return;
  to.child('publishWSDL', (w) => {
    if ('inline' in wsdl) w.node(cloneNode(wsdl.inline));
    else for (const [name, value] of Object.entries(wsdl)) w.attribute(name, value);
    for (const { location, key } of wsdlResources ?? []) {
      w.child('resource', (r) => {
        r.attribute('location', location);
        r.attribute('key', key);
      });
    }
  });
}

function readPolicies(from: ElementReader): { readonly key: string; readonly type: string | undefined }[] {
  return from.children('policy').flatMap((element) => {
    const key = element.attribute('key');
    return key === undefined ? [] : [{ key, type: element.attribute('type') }];
  });
}

/** Serving a secured service without its security would be worse than not serving it. */
function refuseSecurity(from: ElementReader): void {
  const secured = from.child('enableSec');
  if (secured) {
    from.problem('UNSUPPORTED_SECURITY', 'The proxy service asks for WS-Security, which Gantry does not have.', {
      on: secured,
      hint: 'Secure it with TLS in front of Gantry and remove <enableSec/>; it is not served without.',
    });
  }
  for (const tag of ['enableAddressing', 'enableRM']) {
    const found = from.child(tag);
    if (!found) continue;
    from.problem('NOT_SUPPORTED', `<${tag}/> is not supported.`, {
      on: found,
      level: 'warning',
      hint: 'It is ignored.',
    });
  }
}

function visitProxy(config: ProxyConfig, visitor: Visitor): void {
  const { target, wsdl } = config;
  visitFlow(target.inSequence, visitor);
  visitFlow(target.outSequence, visitor);
  visitFlow(target.faultSequence, visitor);
  if (target.endpoint) visitEndpointChoice(target.endpoint, visitor);
  const at = { file: '', line: 0, column: 0 };
  if (wsdl && 'key' in wsdl) visitor.reference?.('resource', { fixed: wsdl.key }, at);
  for (const { key } of [...(config.policies ?? []), ...(config.wsdlResources ?? [])]) {
    visitor.reference?.('resource', { fixed: key }, at);
  }
}
