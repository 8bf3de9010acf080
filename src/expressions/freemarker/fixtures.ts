import { Body } from '../../message/body.ts';
import { emptyEnvironment } from '../../message/environment.ts';
import { Headers } from '../../message/headers.ts';
import { Message } from '../../message/message.ts';
import { compileFreemarker } from './freemarker.ts';

export const order = `{"name":"Ann","n":1234567.891,"i":42,"neg":-7.5,"ok":true,"nil":null,"list":["b","a","C"],"nums":[3,1,2],
"items":[{"id":1,"name":"Lamp","price":9.5,"tags":["x","y"]},{"id":2,"name":"Chair","price":120},{"id":3,"name":"Desk \\"L\\"","price":1500.25}],
"map":{"k1":"v1","k2":"v2"},"odd-name":"odd","text":"Hello <World> & \\"all\\"","date":"2024-03-05","none":[]}`;

export const xmlOrder =
  '<order id="7"><customer>Ann</customer><item n="1"><name>Lamp</name></item><item n="2"><name>Chair</name></item></order>';

/** The template filled in with a message that has something in every place. Throws what the template throws. */
export function filled(template: string, body: string = order): string {
  const compiled = compileFreemarker(template);
  if (!compiled.ok) throw new Error(`${compiled.problem.text} @${compiled.problem.offset}`);
  const type = body.startsWith('<') ? 'application/xml' : /^[[{]/.test(body) ? 'application/json' : 'text/plain';
  const message = new Message({
    body: Body.bytes(new TextEncoder().encode(body), type),
    headers: Headers.from({ 'X-Trace': 'abc' }),
    environment: { ...emptyEnvironment, now: () => Date.UTC(2026, 0, 31, 12) },
  });
  message.properties.set('flag', true);
  message.variables.set('count', 4);
  message.axis2.set('HTTP_METHOD', 'POST');
  return compiled.ok.text(message, ['one']);
}
