import type { Position } from '../../errors.ts';
import type { XmlElement } from '../../message/xml/tree.ts';
import type { EndpointConfig, Steps, Value } from '../shape/spec.ts';

/**
 * The typed configs of the artifact kinds: what `Artifact.config` holds for each kind.
 * Source of fields and defaults: WSO2 MI 4.4-4.7, Synapse *Factory classes.
 */

/** A flow by name, or written in place. `at` is where it is written; absent in configs made by hand. */
export type FlowConfig =
  | { readonly key: Value; readonly steps?: undefined; readonly at?: Position }
  | { readonly key?: undefined; readonly steps: Steps; readonly onError: string | undefined; readonly at?: Position };

/** What most kinds may carry besides their configuration. */
export interface Remarks {
  readonly description?: string | undefined;
  readonly trace?: boolean | undefined;
  readonly statistics?: boolean | undefined;
}

export interface ApiConfig extends Remarks {
  readonly name: string;
  /** Starts with a slash. */
  readonly context: string;
  readonly version: string | undefined;
  readonly versionType: 'none' | 'context' | 'url';
  readonly hostname: string | undefined;
  readonly port: number | undefined;
  /** Empty: every transport. */
  readonly transports: readonly string[];
  readonly resources: readonly ResourceConfig[];
  /** Flows of the API itself, run for messages that no resource has a flow for. */
  readonly inSequence: FlowConfig | undefined;
  readonly outSequence: FlowConfig | undefined;
  readonly faultSequence: FlowConfig | undefined;
  readonly handlers: readonly HandlerConfig[];
  /** Registry path of the OpenAPI definition to publish. */
  readonly publishSwagger?: string | undefined;
  /** Inbound endpoints this API is served by; empty or absent: the main listener. */
  readonly bindsTo?: readonly string[];
}

export interface HandlerConfig {
  readonly className: string;
  readonly properties: ReadonlyMap<string, string>;
}

export interface ResourceConfig {
  /** Upper case; empty: every method. */
  readonly methods: readonly string[];
  readonly match:
    | { readonly type: 'uri-template'; readonly pattern: string }
    | { readonly type: 'url-mapping'; readonly pattern: string }
    | { readonly type: 'default' };
  readonly protocols: readonly string[];
  readonly contentType?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly inSequence: FlowConfig | undefined;
  readonly outSequence: FlowConfig | undefined;
  readonly faultSequence: FlowConfig | undefined;
  readonly line: number;
  readonly column: number;
}

export interface ProxyConfig extends Remarks {
  readonly name: string;
  readonly transports: readonly string[];
  readonly startOnLoad: boolean;
  readonly pinnedServers: readonly string[];
  readonly serviceGroup?: string | undefined;
  /** Policies to publish, by registry key. */
  readonly policies?: readonly { readonly key: string; readonly type: string | undefined }[];
  /** Files the WSDL imports, by the location it names. */
  readonly wsdlResources?: readonly { readonly location: string; readonly key: string }[];
  readonly target: {
    readonly endpoint: { readonly key: Value } | { readonly inline: EndpointConfig } | undefined;
    readonly inSequence: FlowConfig | undefined;
    readonly outSequence: FlowConfig | undefined;
    readonly faultSequence: FlowConfig | undefined;
  };
  readonly wsdl:
    | { readonly uri: string }
    | { readonly key: string }
    | { readonly inline: XmlElement }
    | { readonly endpoint: string }
    | undefined;
  readonly parameters: ReadonlyMap<string, string>;
}

export interface SequenceConfig extends Remarks {
  readonly name: string;
  readonly onError: string | undefined;
  readonly steps: Steps;
}

export interface TemplateConfig {
  readonly name: string;
  readonly onError: string | undefined;
  readonly parameters: readonly {
    readonly name: string;
    readonly mandatory: boolean;
    readonly defaultValue: string | undefined;
  }[];
  /** A sequence template has steps; an endpoint template has an endpoint. */
  readonly steps: Steps | undefined;
  readonly endpoint: EndpointConfig | undefined;
}

export interface EndpointArtifactConfig {
  readonly name: string;
  readonly endpoint: EndpointConfig;
}

export interface LocalEntryConfig {
  readonly key: string;
  readonly description?: string | undefined;
  readonly value:
    | { readonly type: 'text'; readonly text: string }
    | { readonly type: 'xml'; readonly element: XmlElement }
    | { readonly type: 'url'; readonly url: string };
}

export interface TaskConfig {
  readonly name: string;
  readonly description?: string | undefined;
  readonly className: string;
  readonly group: string;
  readonly pinnedServers: readonly string[];
  readonly trigger:
    | { readonly type: 'interval'; readonly seconds: number; readonly count: number | undefined }
    | { readonly type: 'cron'; readonly expression: string; readonly line: number; readonly column: number }
    | { readonly type: 'once' };
  /** Text values, or the element written inside <property>. */
  readonly properties: ReadonlyMap<string, string | XmlElement>;
}

export interface InboundEndpointConfig extends Remarks {
  readonly name: string;
  /** "file", "jms", "http", ...; undefined when `className` says it. */
  readonly protocol: string | undefined;
  readonly className: string | undefined;
  readonly sequence: string | undefined;
  readonly onError: string | undefined;
  readonly suspended: boolean;
  /** preserve.state: what the management API last said survives a restart. */
  readonly preserveState?: boolean | undefined;
  readonly parameters: ReadonlyMap<string, string>;
  /** Parameters whose value is a registry resource: name to key. */
  readonly parameterKeys?: ReadonlyMap<string, string>;
}

export interface MessageStoreConfig {
  readonly name: string;
  /** undefined: in memory. */
  readonly className: string | undefined;
  readonly parameters: ReadonlyMap<string, string>;
}

export interface MessageProcessorConfig {
  readonly name: string;
  readonly className: string;
  readonly messageStore: string;
  readonly targetEndpoint: string | undefined;
  readonly parameters: ReadonlyMap<string, string>;
}

export interface RegistryConfig {
  readonly provider: string;
  readonly parameters: ReadonlyMap<string, string>;
}
