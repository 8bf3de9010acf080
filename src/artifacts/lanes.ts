/**
 * Lanes: the parts in which replicas share the work of one artifact. To coordination each is an artifact of its own,
 * known by the key of the whole and a number from 1: "inboundEndpoint/readings#3".
 */

/** How many an artifact has whose author says nothing: even over 1, 2, 3, 4, 6 and 12 replicas. */
export const usualLanes = 12;

export function laneKey(artifact: string, lane: number): string {
  return `${artifact}#${lane}`;
}

/** The key of the artifact that it is a lane of; its own when it is none. */
export function wholeOf(key: string): string {
  return key.replace(/#\d+$/, '');
}
