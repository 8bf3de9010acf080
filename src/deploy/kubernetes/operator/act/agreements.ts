import { digestOf } from '../../../../digest.ts';
import type { KubernetesObject } from '../../cluster/cluster.ts';
import { likeness } from '../../cluster/comparable.ts';

interface Agreement {
  readonly wanted: string;
  readonly seen: string;
}

/**
 * Which objects are as they are wanted, by the API server's own word: it fills in defaults and rewrites quantities, so an
 * object that was applied never looks like what was sent. What it answered to that is remembered; as long as neither what
 * is wanted nor what is there changes, nothing needs to be asked, and nothing written.
 */
export class Agreements {
  readonly #byUid = new Map<string, Agreement>();
  readonly #digests = new WeakMap<KubernetesObject, string>();

  agrees(wanted: KubernetesObject, seen: KubernetesObject): boolean {
    const known = this.#byUid.get(seen.metadata.uid ?? '');
    return known !== undefined && known.wanted === this.#digest(wanted) && known.seen === this.#digest(seen);
  }

  /** It was as wanted before, so that whatever differs now was changed by somebody else. */
  didAgree(wanted: KubernetesObject, seen: KubernetesObject): boolean {
    return this.#byUid.get(seen.metadata.uid ?? '')?.wanted === this.#digest(wanted);
  }

  /** Nobody has changed it since it was last agreed on: what differs is what is wanted. */
  isUntouched(seen: KubernetesObject): boolean {
    return this.#byUid.get(seen.metadata.uid ?? '')?.seen === this.#digest(seen);
  }

  same(one: KubernetesObject, other: KubernetesObject): boolean {
    return this.#digest(one) === this.#digest(other);
  }

  note(wanted: KubernetesObject, seen: KubernetesObject): void {
    const { uid } = seen.metadata;
    if (uid !== undefined) this.#byUid.set(uid, { wanted: this.#digest(wanted), seen: this.#digest(seen) });
  }

  forget({ metadata }: KubernetesObject): void {
    this.#byUid.delete(metadata.uid ?? '');
  }

  #digest(object: KubernetesObject): string {
    let digest = this.#digests.get(object);
    if (digest === undefined) {
      digest = digestOf([likeness(object)]);
      this.#digests.set(object, digest);
    }
    return digest;
  }
}
