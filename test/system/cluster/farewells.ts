/** What pods say when they go. */
import type { Api } from './api.ts';
import { podsOf } from './deployed.ts';

/** Milliseconds after it was told to go. */
export interface Farewell {
  readonly handedOver: number;
  /** Undefined: none came. */
  readonly lastRequest: number | undefined;
}

export interface Farewells extends AsyncDisposable {
  /** Resolves to what each pod said that has gone. */
  stop(): Promise<readonly Farewell[]>;
}

export function hearFarewells(api: Api, namespace: string): Farewells {
  const heard = new Map<string, Promise<Farewell | undefined>>();
  const look = async (): Promise<void> => {
    for (const { metadata } of await podsOf(api, namespace)) {
      const { name, uid = '', deletionTimestamp } = metadata as typeof metadata & { deletionTimestamp?: string };
      if (deletionTimestamp !== undefined && !heard.has(uid)) heard.set(uid, farewellOf(api, namespace, name));
    }
  };
  const life = new AbortController();
  const looking = (async () => {
    while (!life.signal.aborted) {
      await look();
      await new Promise((again) => setTimeout(again, 200));
    }
  })();
  const farewells: Farewells = {
    async stop() {
      life.abort();
      await looking;
      return (await Promise.all(heard.values())).filter((one) => one !== undefined);
    },
    async [Symbol.asyncDispose]() {
      life.abort();
      await looking;
    },
  };
  return farewells;
}

/** Follows its log to its end; undefined when it was killed before it could say anything. */
async function farewellOf(api: Api, namespace: string, pod: string): Promise<Farewell | undefined> {
  const { body } = await api.ask('GET', `/api/v1/namespaces/${namespace}/pods/${pod}/log?follow=true`);
  const handedOver = /LEAVING everything was handed over (\d+) ms/.exec(String(body))?.[1];
  const lastRequest = /LEAVING\w* the last request came (\d+) ms/.exec(String(body))?.[1];
  if (handedOver === undefined) return undefined;
  return { handedOver: Number(handedOver), lastRequest: lastRequest === undefined ? undefined : Number(lastRequest) };
}
