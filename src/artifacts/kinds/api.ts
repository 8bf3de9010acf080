import { attr, child } from '../shape/fields.ts';
import { suggestion, type ElementReader } from '../shape/reader.ts';
import type { Field, Visitor } from '../shape/spec.ts';
import { description, nameAttribute, observed, wordList } from './fields.ts';
import { flow, visitFlow } from './flow.ts';
import { defineIrregularKind, type Kind } from './kind.ts';
import type { ApiConfig, HandlerConfig, ResourceConfig } from './types.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];

/** An empty attribute counts as if it were not there. Source: Synapse APIFactory, ResourceFactory. */
function unlessEmpty<T>(field: Field<T>, otherwise: T): Field<T> {
  const isEmpty = (from: ElementReader, name: string): boolean => from.attribute(name)?.value.trim() === '';
  return { ...field, read: (from, name) => (isEmpty(from, name) ? otherwise : field.read(from, name)) };
}

const flows = {
  inSequence: flow({ doc: 'Steps for what comes in.' }),
  outSequence: flow({ doc: 'Steps for what an endpoint answered to <send>.' }),
  faultSequence: flow({ doc: 'Steps that take over when one fails.' }),
};

const shape = {
  name: nameAttribute,
  context: attr.text({ doc: 'The path everything of it begins with; starts with a slash.', required: true }),
  version: attr.text({ doc: 'Its version.' }),
  versionType: unlessEmpty(
    attr.oneOf(['none', 'context', 'url'], {
      name: 'version-type',
      doc: 'Where the version stands: in the context as {version}, or after it in the path.',
      default: 'none',
    }),
    'none',
  ),
  hostname: unlessEmpty(attr.text({ doc: 'Answers only requests for this host.' }), undefined),
  port: unlessEmpty(attr.integer({ doc: 'Answers only requests on this port.', min: 1, max: 65_535 }), undefined),
  transports: wordList({ doc: 'http, https; both when not given.' }),
  publishSwagger: attr.text({ doc: 'Registry path of the OpenAPI definition to publish.' }),
  bindsTo: wordList({ name: 'binds-to', doc: 'HTTP inbound endpoints that serve it instead of the main listener.' }),
  ...observed,
  description,
  ...flows,
};

const resourceShape = {
  methods: wordList({ doc: 'HTTP methods it answers; every one when not given.' }),
  protocols: wordList({ name: 'protocol', doc: 'http, https; both when not given.' }),
  contentType: unlessEmpty(
    attr.text({ name: 'content-type', doc: 'Answers only requests of this content type.' }),
    undefined,
  ),
  userAgent: unlessEmpty(
    attr.text({ name: 'user-agent', doc: 'Answers only requests of this user agent.' }),
    undefined,
  ),
  ...flows,
};

const handlerShape = {
  className: attr.text({ name: 'class', doc: 'The class of the handler.', required: true }),
  property: child.list(
    { name: attr.text({ doc: 'Its name.', required: true }), value: attr.text({ doc: 'Its value.', default: '' }) },
    { doc: 'What the handler is set to.' },
  ),
};

export const api: Kind = defineIrregularKind<ApiConfig>({
  kind: 'api',
  tag: 'api',
  summary: 'A REST API: resources under a context.',
  notes: 'No resource for the path: 404. A resource for the path but not the method: 405.',
  shape,
  nameOf: (config) => config.name,
  codec: {
    read(from) {
      const config = from.shape(shape);
      if (config.context !== undefined && !config.context.startsWith('/')) {
        from.problem('BAD_VALUE', `The context "${config.context}" does not start with a slash.`, {
          on: from.attribute('context'),
          hint: `Write context="/${config.context}".`,
        });
      }
      if (config.name === '' && from.attribute('name')) {
        from.problem('BAD_VALUE', 'An API has a name.', {
          on: from.attribute('name'),
          hint: 'Name it after what it does.',
        });
      }
      const resources = from.children('resource').map((e) => readResource(from.inside(e)));
      if (resources.length === 0) {
        from.problem('MISSING_ELEMENT', '<api> needs at least one <resource>.', {
          hint: 'A resource without uri-template answers everything under the context.',
        });
      }
      const handlers = readHandlers(from);
      from.finish({ ...shape, resource: description, handlers: description });
      checkTwice(resources, from);
      const { bindsTo, publishSwagger, ...rest } = config;
      return {
        ...rest,
        resources,
        handlers,
        ...(publishSwagger === undefined ? {} : { publishSwagger }),
        ...(bindsTo.length > 0 ? { bindsTo } : {}),
      };
    },
    write(config, to) {
      to.shape(shape, { ...config, bindsTo: config.bindsTo ?? [] });
      for (const resource of config.resources) {
        to.child('resource', (w) => {
          if (resource.match.type !== 'default') w.attribute(resource.match.type, resource.match.pattern);
          w.shape(resourceShape, { ...resource });
        });
      }
      if (config.handlers.length === 0) return;
      to.child('handlers', (w) => {
        for (const { className, properties } of config.handlers) {
          const property = [...properties].map(([name, value]) => ({ name, value }));
          w.child('handler', (h) => h.shape(handlerShape, { className, property }));
        }
      });
    },
    visit: visitApi,
  },
});

function readResource(from: ElementReader): ResourceConfig {
  const config = from.shape(resourceShape);
  const [template, mapping] = ['uri-template', 'url-mapping'].map((name) => {
    const found = from.attribute(name);
    return found?.value === '' ? undefined : found;
  });
  from.attribute('description');
  // Written on resources by some versions of the tools; it counts on the API only.
  from.attribute('binds-to');
  from.finish({ ...resourceShape, 'uri-template': description, 'url-mapping': description });
  if (template && mapping) {
    from.problem('BAD_VALUE', 'A resource has either uri-template or url-mapping, not both.', {
      level: 'warning',
      on: template,
      hint: 'The url-mapping counts, as in Synapse. Remove one of them.',
    });
  }
  const methods = config.methods.map((m) => m.toUpperCase());
  for (const method of methods) {
    if (METHODS.includes(method)) continue;
    from.problem('BAD_VALUE', `"${method}" is not an HTTP method of an API.`, {
      level: 'warning',
      on: from.attribute('methods'),
      hint: suggestion(method, METHODS, `Write one of ${METHODS.join(', ')}.`),
    });
  }
  const { contentType, userAgent, ...rest } = config;
  return {
    ...rest,
    methods,
    match: mapping
      ? { type: 'url-mapping', pattern: mapping.value }
      : template
        ? { type: 'uri-template', pattern: template.value }
        : { type: 'default' },
    ...(contentType === undefined ? {} : { contentType }),
    ...(userAgent === undefined ? {} : { userAgent }),
    line: from.at.line,
    column: from.at.column,
  };
}

function readHandlers(from: ElementReader): readonly HandlerConfig[] {
  const list = from.child('handlers');
  if (!list) return [];
  const inside = from.inside(list);
  const handlers = inside.children('handler').map((element) => {
    const handler = inside.inside(element);
    const { className, property } = handler.shape(handlerShape);
    handler.finish(handlerShape);
    return { className, properties: new Map(property.map((p) => [p.name, p.value])) };
  });
  inside.finish();
  return handlers;
}

/** Two resources for the same path and method: only the first one is ever reached. */
function checkTwice(resources: readonly ResourceConfig[], from: ElementReader): void {
  const seen = new Map<string, ResourceConfig>();
  for (const [i, resource] of resources.entries()) {
    const path = resource.match.type === 'default' ? '' : `${resource.match.type}=${resource.match.pattern}`;
    if (resource.contentType ?? resource.userAgent ?? resource.protocols[0]) continue;
    const methods = resource.methods.length > 0 ? resource.methods : ['*'];
    const first = methods.map((m) => seen.get(`${m} ${path}`)).find((r) => r !== undefined);
    if (first) {
      from.problem('DUPLICATE_RESOURCE', 'Another resource answers the same path and method.', {
        level: 'warning',
        on: from.children('resource')[i],
        hint: `The one in line ${first.line} is used; this one is never reached.`,
      });
    }
    for (const method of methods) seen.set(`${method} ${path}`, first ?? resource);
  }
}

function visitApi(config: ApiConfig, visitor: Visitor): void {
  for (const part of [config, ...config.resources]) {
    visitFlow(part.inSequence, visitor);
    visitFlow(part.outSequence, visitor);
    visitFlow(part.faultSequence, visitor);
  }
}
