/**
 * Resolves on SIGTERM, on SIGINT. Told again, it goes on handing over; a second Ctrl-C ends it at once.
 *
 * The starter of the bundle listens before the program is there (tools/bundle.ts): from here on that is done here.
 */
export function untilToldToGo(): Promise<void> {
  const starters = process.listeners('SIGTERM');
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    // In this order, so that somebody listens all the time.
    for (const listener of starters) process.off('SIGTERM', listener);
  });
}
