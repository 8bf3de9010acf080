/** What pods say when they go: how long after they were told requests still came. */
import type { Api } from './api.ts';
import { podsOf } from './deployed.ts';

export interface Farewells {
  /** Resolves to milliseconds, one for each pod that has gone; a pod to which none came has 0. */
  stop(): Promise<readonly number[]>;
}

export function hearFarewells(api: Api, namespace: string): Farewells {
  const heard = new Map<string, Promise<number | undefined>>();
  const look = async (): Promise<void> => {
    for (const { metadata } of await podsOf(api, namespace)) {
      const { name, uid = '', deletionTimestamp } = metadata as typeof metadata & { deletionTimestamp?: string };
      if (deletionTimestamp !== undefined && !heard.has(uid)) heard.set(uid, lastRequest(api, namespace, name));
    }
  };
  const life = new AbortController();
  const looking = (async () => {
    while (!life.signal.aborted) {
      await look();
      await new Promise((again) => setTimeout(again, 200));
    }
  })();
  return {
    async stop() {
      life.abort();
      await looking;
      return (await Promise.all(heard.values())).filter((ms) => ms !== undefined);
    },
  };
}

/** Follows its log to its end. */
async function lastRequest(api: Api, namespace: string, pod: string): Promise<number | undefined> {
  const { body } = await api.ask('GET', `/api/v1/namespaces/${namespace}/pods/${pod}/log?follow=true`);
  const said = /LEAVING\w* (?:the last request came (\d+) ms|no request)/.exec(String(body));
  return said ? Number(said[1] ?? 0) : undefined;
}
