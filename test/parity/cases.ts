import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serve, type Answer, type House, type Received } from './house.ts';

/** One thing that must be as in WSO2 MI: steps of an in sequence (or whole artifacts), a request, what must come of it. */
export interface Case {
  /** A claim. */
  readonly name: string;
  /** Steps of the in sequence of an API of its own, or of a proxy service when `proxy` is set. */
  readonly in: string;
  readonly out?: string;
  readonly fault?: string;
  /** A proxy service instead of an API. */
  readonly proxy?: boolean;
  /** Attributes of the API's resource; methods are GET, POST, PUT, DELETE, ... when nothing is said. */
  readonly resource?: string;
  /** More artifacts: file to XML. */
  readonly with?: Readonly<Record<string, string>>;
  readonly method?: string;
  /** Path and query after the context. */
  readonly path?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly expect: {
    readonly status?: number;
    /** Whole body, or what it must match. */
    readonly body?: string | RegExp;
    readonly json?: unknown;
    readonly headers?: Readonly<Record<string, string | RegExp | null>>;
    /** What the backend must have received, checked by hand. */
    readonly backend?: (received: readonly Received[]) => void;
  };
}

const all = 'methods="GET POST PUT DELETE PATCH HEAD OPTIONS"';

/** Registers a test for each case; all of them share one replica. */
export function parity(title: string, cases: readonly Case[]): void {
  let house: House;
  before(async () => {
    const files: Record<string, string> = {};
    for (const [i, one] of cases.entries()) {
      const [file, xml] = artifactOf(one, i);
      files[file] = xml;
      for (const [path, text] of Object.entries(one.with ?? {}))
        files[path.startsWith('registry/') ? path : folder + path] = text;
    }
    house = await serve(files);
  });
  after(async () => house[Symbol.asyncDispose]());
  for (const [i, one] of cases.entries()) {
    test(`${title}: ${one.name}`, async () => {
      house.received();
      const base = one.proxy ? `/services/P${i}` : `/c${i}`;
      const type = one.type ?? (one.body?.startsWith('<') ? 'application/xml' : 'application/json');
      const answer = await house.ask(base + (one.path ?? ''), {
        method: one.method ?? (one.body === undefined ? 'GET' : 'POST'),
        headers: { ...(one.body === undefined ? {} : { 'Content-Type': type }), ...one.headers },
        ...(one.body === undefined ? {} : { body: one.body }),
      });
      check(one.expect, answer, house.received());
    });
  }
}

const folder = 'synapse-configs/default/';

function artifactOf(one: Case, i: number): [file: string, xml: string] {
  const flow = (name: string, steps: string | undefined): string =>
    steps === undefined ? '' : `<${name}Sequence>${steps}</${name}Sequence>`;
  const flows = flow('in', one.in) + flow('out', one.out) + flow('fault', one.fault);
  const ns = 'xmlns="http://ws.apache.org/ns/synapse"';
  if (one.proxy)
    return [
      `${folder}proxy-services/P${i}.xml`,
      `<proxy ${ns} name="P${i}" transports="http"><target>${flows}</target></proxy>`,
    ];
  return [
    `${folder}api/C${i}.xml`,
    `<api ${ns} name="C${i}" context="/c${i}"><resource ${one.resource ?? all}>${flows}</resource></api>`,
  ];
}

function check(expect: Case['expect'], answer: Answer, received: readonly Received[]): void {
  const said = `${answer.status} ${answer.body}`;
  if (typeof expect.body === 'string') assert.equal(answer.body, expect.body);
  else if (expect.body) assert.match(answer.body, expect.body);
  if (expect.json !== undefined) assert.deepEqual(JSON.parse(answer.body), expect.json, said);
  assert.equal(answer.status, expect.status ?? 200, said);
  for (const [name, value] of Object.entries(expect.headers ?? {})) {
    const found = answer.headers.get(name);
    if (value instanceof RegExp) assert.match(found ?? '', value);
    else assert.equal(found, value, name);
  }
  expect.backend?.(received);
}
