import { placeParameters, positionOf } from '../artifacts/parameters.ts';
import type { Position } from '../errors.ts';

/**
 * A proxy counts the time between two polls in seconds, five minutes when it says nothing; an inbound endpoint in
 * milliseconds, as `interval`. Source: Axis2 BaseConstants, AbstractPollingTransportListener.
 */
export function withPollInterval(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const seconds = Number(parameters.get('transport.PollInterval') ?? 300);
  const mapped = new Map(parameters).set('interval', String(Math.max(1, Math.round(seconds * 1_000))));
  const places = new Map<string, Position>();
  for (const name of parameters.keys()) {
    const at = positionOf(parameters, name);
    if (at) places.set(name, at);
  }
  placeParameters(mapped, places);
  return mapped;
}
