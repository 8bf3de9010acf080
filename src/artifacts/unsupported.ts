/**
 * Mediators and endpoint kinds of Synapse that Gantry knows by name and does not run, with what to do instead.
 * A tag that a mediator of Gantry's own has wins over this table.
 */
const JAVA = 'It runs Java code, which Gantry cannot; write the step as a flow, or as a class mediator in JavaScript.';
const LATER = 'It is not built yet.';

export const unsupported: Readonly<Record<string, string>> = {
  aggregate: `${LATER} Join the answers with scatter-gather when that is there, or call one after the other.`,
  annotatedCommand: JAVA,
  bean: JAVA,
  builder: 'Message builders are chosen by content type; set the property ContentType or messageType instead.',
  cache: `${LATER} Put a caching proxy in front, or remove the step: answers stay the same, only slower.`,
  callout: 'Use <call blocking="true"> with an endpoint.',
  class: `${LATER} Java classes cannot run; a class mediator in JavaScript is planned.`,
  clone: `${LATER} Several <call> steps one after the other do the same in order.`,
  conditionalRouter: 'Use <switch> or <filter>.',
  dataServiceCall: 'Data services are not run yet; call the database through a service of your own.',
  datamapper: `${LATER} Use payloadFactory with \${...} expressions.`,
  dblookup: `${LATER} Call a service that reads the database.`,
  dbreport: `${LATER} Call a service that writes to the database.`,
  dynamicLoadbalance: 'The members come from an Axis2 cluster; use <loadbalance> over a Kubernetes service.',
  ejb: JAVA,
  enqueue: 'Priority executors are not run; use <sequence key="..."/>.',
  entitlementService: 'XACML is not supported; check rights in the service or in an API gateway.',
  event: 'Event sources are not run; publish to a message broker.',
  fastXSLT: `${LATER} Use payloadFactory or enrich.`,
  foreach: LATER,
  iterate: `${LATER} foreach is planned first.`,
  jsontransform: `${LATER} Use payloadFactory with \${...} expressions.`,
  NTLM: 'NTLM is not supported; put a proxy that speaks it in front of the service.',
  oauthService: 'Check tokens in an API gateway; for calls to others use the authentication of an http endpoint.',
  opa: 'Ask Open Policy Agent with <call> and an http endpoint.',
  pojoCommand: JAVA,
  publishEvent: 'Publishing to WSO2 Streaming Integrator is not supported; use a message broker.',
  rewrite: `${LATER} Set the To header with an expression.`,
  rule: 'The rule engine is Java; write the rules as <switch> and <filter>.',
  sampler: 'Remove it, or use a message store and a sampling processor.',
  'scatter-gather': LATER,
  script: `${LATER} Use payloadFactory, enrich and \${...} expressions.`,
  serviceDynamicLoadbalance: 'The members come from an Axis2 cluster; use <loadbalance> over a Kubernetes service.',
  smooks: 'Smooks is Java; transform with payloadFactory, or before the message comes in.',
  spring: JAVA,
  throttle: `${LATER} Limit requests in the ingress or an API gateway.`,
  transaction: 'Distributed transactions are a Java feature; use a message store for work that must not be lost.',
  validate: LATER,
  xquery: 'XQuery is not supported; use \${...} expressions, XPath or payloadFactory.',
  xslt: `${LATER} Use payloadFactory or enrich.`,
};
