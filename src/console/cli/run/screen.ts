import { styleText } from 'node:util';
import type { DeploymentEvent, DeploymentStatus } from '../../../deploy/status.ts';

/** What `gantry run` prints while it runs: lines as things happen, and on a terminal one live line below them. */
export interface Screen {
  line(text: string): void;
  /** Once, when the deployment serves: the greeting for people, the whole status for programs. */
  ready(status: DeploymentStatus, greeting: readonly string[]): void;
  event(event: DeploymentEvent): void;
  replicaLine(pod: string, text: string): void;
  /** Keeps the live line up to date; does nothing where there is none. */
  watch(status: () => DeploymentStatus): void;
  close(): void;
}

const refreshMs = 500;

export function textScreen(out: NodeJS.WriteStream): Screen {
  const live = out.isTTY === true;
  let last = '';
  let timer: NodeJS.Timeout | undefined;
  const clear = (): void => {
    if (live && last !== '') out.write('\r\u001b[2K');
  };
  const draw = (): void => {
    if (live && last !== '') out.write(last);
  };
  const line = (text: string): void => {
    clear();
    out.write(`${text}\n`);
    draw();
  };
  return {
    line,
    ready: (_status, greeting) => greeting.forEach(line),
    event: (event) => line(eventText(event)),
    replicaLine: (pod, text) => line(`${live ? styleText('dim', pod) : pod} ${text}`),
    watch(status) {
      if (!live) return;
      timer = setInterval(() => {
        clear();
        last = liveText(status()).slice(0, (out.columns || 80) - 1);
        draw();
      }, refreshMs);
    },
    close() {
      clearInterval(timer);
      clear();
      last = '';
    },
  };
}

/** Every line is one JSON object with a `type`. */
export function jsonScreen(out: NodeJS.WriteStream): Screen {
  const write = (value: unknown): void => void out.write(`${JSON.stringify(value)}\n`);
  return {
    line: (text) => write({ type: 'text', text }),
    ready: (status) => write({ type: 'ready', status }),
    event: (event) => write(event),
    replicaLine(pod, text) {
      try {
        write({ type: 'log', pod, ...(JSON.parse(text) as object) });
      } catch {
        write({ type: 'log', pod, message: text });
      }
    },
    watch: () => {},
    close: () => {},
  };
}

function eventText(event: DeploymentEvent): string {
  const time = new Date(event.time).toISOString().slice(11, 23);
  const took = event.tookMs === undefined ? '' : ` (${Math.round(event.tookMs)} ms)`;
  return `${time}  ${event.type.padEnd(17)}  ${event.text}${took}`;
}

function liveText(status: DeploymentStatus): string {
  const { traffic, pods } = status;
  const ready = pods.filter((pod) => pod.state === 'ready').length;
  return (
    `${traffic.perSecond.toFixed(0)} requests/s  ${traffic.requests} in all  ${traffic.inFlight} in flight  ` +
    `${traffic.failed} failed  ${ready}/${pods.length} pods ready  Ctrl-C stops`
  );
}
