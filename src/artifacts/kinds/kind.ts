import type { ArtifactKind } from '../model.ts';
import type { ConfigOf, ElementSpec, Shape } from '../shape/spec.ts';

/** One kind of artifact, described once: its root element, how it is read and written, and its name. */
export interface Kind<C = unknown> extends ElementSpec<C> {
  readonly kind: ArtifactKind;
  nameOf(config: C): string;
}

/** A regular kind: the config's type is the shape's. */
export function defineKind<S extends Shape>(kind: Kind<ConfigOf<S>> & { readonly shape: S }): Kind {
  return kind;
}

/** A kind with a codec of its own. */
export function defineIrregularKind<C>(kind: Kind<C> & Required<Pick<Kind<C>, 'codec'>>): Kind {
  return kind;
}
