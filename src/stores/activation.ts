import type { Logger } from '../log.ts';
import type { Activation } from './forwarding/processor.ts';

/** Active or not, with someone waiting for it; lives as long as the process. */
export function createActivation(name: string, active: boolean, log: Logger): Activation & { activate(): void } {
  let isActive = active;
  let reason = active ? '' : 'is.active is false';
  const waiting = new Set<() => void>();
  return {
    get active() {
      return isActive;
    },
    deactivate(why) {
      if (!isActive) return;
      isActive = false;
      reason = why;
      log.warn(`Message processor ${name} is deactivated: ${reason}`);
    },
    activate() {
      isActive = true;
      for (const wake of waiting) wake();
      waiting.clear();
    },
    whenActive(signal) {
      if (isActive) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          waiting.delete(wake);
          reject(signal.reason as Error);
        };
        const wake = (): void => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        };
        if (signal.aborted) return onAbort();
        waiting.add(wake);
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
