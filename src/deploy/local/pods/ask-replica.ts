import { request as httpRequest } from 'node:http';
import type { Pod } from './pod.ts';

const answerMs = 1_000;

/** What a pod's replica answers at its health port; undefined when it is not ready, or does not answer in time. */
export async function askReplica({ replica }: Pod, path: string): Promise<string | undefined> {
  const health = replica?.state === 'ready' ? replica.health : undefined;
  return health === undefined ? undefined : fetchText(`${health}${path}`);
}

function fetchText(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = httpRequest(url, { agent: false, signal: AbortSignal.timeout(answerMs) }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(response.statusCode === 200 ? text : undefined));
      response.on('error', () => resolve(undefined));
    });
    request.on('error', () => resolve(undefined));
    request.end();
  });
}
