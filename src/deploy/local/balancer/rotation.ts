import type { Upstream } from './upstream.ts';

/**
 * Who takes the next request: the ready replica with the least in flight; among equals they take turns, so that
 * equal replicas get equal shares even when one request is in flight at a time.
 */
export class Rotation {
  readonly #upstreams: Upstream[] = [];
  #turn = 0;

  get all(): readonly Upstream[] {
    return this.#upstreams;
  }

  get ready(): number {
    return this.#upstreams.filter((upstream) => upstream.serves && upstream.state === 'ready').length;
  }

  add(upstream: Upstream): void {
    this.#upstreams.push(upstream);
  }

  remove(upstream: Upstream): void {
    const index = this.#upstreams.indexOf(upstream);
    if (index >= 0) this.#upstreams.splice(index, 1);
  }

  pick(except?: Upstream): Upstream | undefined {
    const count = this.#upstreams.length;
    let best: Upstream | undefined;
    let bestIndex = 0;
    for (let step = 0; step < count; step++) {
      const index = (this.#turn + step) % count;
      const candidate = this.#upstreams[index] as Upstream;
      if (candidate.state !== 'ready' || !candidate.serves || candidate === except) continue;
      if (best === undefined || candidate.inFlight.size < best.inFlight.size) {
        best = candidate;
        bestIndex = index;
      }
    }
    if (best !== undefined) this.#turn = (bestIndex + 1) % count;
    return best;
  }
}
