import type { Clock } from '../../clock.ts';
import type { Fires, MemberRecord } from '../records.ts';
import type { Timings } from '../timings.ts';
import type { PeerLink } from './link.ts';
import { Promises } from './promises.ts';
import { TrustKeeper, type TrustOptions } from './trust.ts';

export interface PeersOptions {
  readonly link: PeerLink;
  /** Messages of other deployments are not for this process. */
  readonly deployment: string;
  readonly clock: Clock;
  readonly timings: Timings;
}

/** This process among its peers, through all its boot ids: what it promises to others, and what they promise to it. */
export class Peers {
  readonly promises: Promises = new Promises();
  readonly #options: PeersOptions;
  /** All boot ids of this process, each with the end of its lease or undefined after that. */
  readonly #own = new Map<string, TrustKeeper | undefined>();
  #addresses: ReadonlyMap<string, string> = new Map();

  constructor(options: PeersOptions) {
    this.#options = options;
    const { link, clock, deployment } = options;
    link.listen((message, answer) => {
      if (!this.#own.has(message.to)) return;
      if (message.type === 'promise') this.#own.get(message.to)?.promised(message.from, message.seq);
      else if (message.deployment === deployment && this.promises.ask(message, clock.monotonic()))
        answer({ v: 1, type: 'promise', from: message.to, to: message.from, seq: message.seq });
    });
  }

  get address(): string {
    return this.#options.link.address;
  }

  /** Whether that is a boot id of this process, the present one or an earlier one. */
  isSelf(boot: string): boolean {
    return this.#own.has(boot);
  }

  heardAt(boot: string): number {
    return this.promises.heardAt(boot);
  }

  /** The claims that process told this one of; undefined when its record names this one not, and so there may be more. */
  toldTo({ boot, trust }: MemberRecord): Fires | undefined {
    return trust?.by.some((by) => this.#own.has(by)) ? this.promises.firesOf(boot) : undefined;
  }

  trust(options: Pick<TrustOptions, 'boot' | 'fires' | 'onPromise' | 'onWrite'>): TrustKeeper {
    const { link, clock, timings, deployment } = this.#options;
    const keeper = new TrustKeeper({
      ...options,
      clock,
      timings,
      ask: (to, seq, fires) => {
        const address = this.#addresses.get(to);
        if (address === undefined) return;
        link.send(address, { v: 1, type: 'ask', deployment, from: options.boot, to, seq, ...(fires && { fires }) });
      },
    });
    this.#own.set(options.boot, keeper);
    return keeper;
  }

  ended(boot: string): void {
    this.#own.get(boot)?.end();
    this.#own.set(boot, undefined);
  }

  /** The newest look at all records. */
  note(members: readonly MemberRecord[]): void {
    this.promises.note(members, this.#options.clock.monotonic());
    const others = members.filter(({ boot, peer }) => peer !== undefined && !this.#own.has(boot));
    const addresses = new Map(this.#addresses);
    for (const { boot, peer } of others) addresses.set(boot, peer!);
    const present = new Set(members.filter(({ state }) => state !== 'revoked').map(({ boot }) => boot));
    for (const boot of addresses.keys()) if (!present.has(boot)) addresses.delete(boot);
    this.#addresses = addresses;
    this.#options.link.keep(new Set(addresses.values()));
    const peers = others.filter(({ state }) => state === 'active').map(({ boot }) => boot);
    for (const [boot, keeper] of this.#own) {
      keeper?.note(
        peers,
        members.find((member) => member.boot === boot),
      );
    }
  }

  /** The last look failed. */
  unreachable(): void {
    for (const keeper of this.#own.values()) keeper?.unreachable();
  }

  close(): void {
    for (const boot of this.#own.keys()) this.ended(boot);
    this.#options.link.close();
  }
}
