import { styleText } from 'node:util';
import type { DeploymentEvent, DeploymentStatus } from '../../../deploy/status.ts';
import { Fold } from './fold.ts';

/** What `gantry run` prints while it runs: lines as things happen, and on a terminal one live line below them. */
export interface Screen {
  line(text: string): void;
  /** What runs where, for people; programs get it with `ready`. Both get the line that names what is faulty. */
  greet(lines: readonly string[]): void;
  /** Once, when the deployment serves: a line for people, the whole status for programs. */
  ready(status: DeploymentStatus, text: string): void;
  event(event: DeploymentEvent): void;
  /** A scheduled run; only for programs, people see what it logs. */
  run(run: ScheduledRun): void;
  replicaLine(pod: string, text: string): void;
  /** Keeps the live line up to date; does nothing where there is none. */
  watch(status: () => DeploymentStatus): void;
  close(): void;
}

/** One line of the run log. Times in milliseconds since 1970. */
export interface ScheduledRun {
  readonly pod: string;
  readonly artifact: string;
  readonly token: number;
  readonly dueAt: number;
  readonly startedAt: number;
}

/** Begins the line of the greeting that names what could not be deployed. */
export const faultyLabel = 'faulty ';

const refreshMs = 500;

/** Told by other lines already, or of no interest to someone who watches. The page and JSON have them. */
const quiet: readonly DeploymentEvent['type'][] = ['pod-joined'];
/** What a replica logs of its membership comes as events too. */
const saidByEvents =
  /\{Coordination\} - (JOINED|REJOINED|SUSPENDED|RESUMED|ACQUIRED|RELEASED|LOST|DECLINED|FAILED|REVOKED|UNREACHABLE|REACHABLE|LEFT) /;

export function textScreen(out: NodeJS.WriteStream): Screen {
  const live = out.isTTY;
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
  const fold = new Fold((event) => line(eventText(event)));
  return {
    line,
    greet: (lines) => lines.forEach(line),
    ready: (_status, text) => line(text),
    event(event) {
      if (!quiet.includes(event.type)) fold.add(event);
    },
    run: () => {},
    replicaLine(pod, text) {
      if (!saidByEvents.test(text)) line(`${live ? styleText('dim', pod) : pod} ${text}`);
    },
    watch(status) {
      if (!live) return;
      timer = setInterval(() => {
        clear();
        last = liveText(status()).slice(0, (out.columns || 80) - 1);
        draw();
      }, refreshMs);
    },
    close() {
      fold.flush();
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
    greet: (lines) =>
      lines.filter((text) => text.startsWith(faultyLabel)).forEach((text) => write({ type: 'text', text })),
    ready: (status) => write({ type: 'ready', status }),
    event: (event) => write(event),
    run: ({ pod, artifact, token, dueAt, startedAt }) => write({ type: 'run', pod, artifact, token, dueAt, startedAt }),
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

function eventText(event: Pick<DeploymentEvent, 'time' | 'type' | 'text'>): string {
  const at = new Date(event.time);
  const time = `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  return `${time}  ${event.type.padEnd(17)}  ${event.text}`;
}

function liveText(status: DeploymentStatus): string {
  const { traffic, pods } = status;
  const ready = pods.filter((pod) => pod.state === 'ready').length;
  return (
    `${traffic.perSecond.toFixed(0)} requests/s  ${traffic.requests} in all  ${traffic.inFlight} in flight  ` +
    `${traffic.failed} failed  ${ready}/${pods.length} pods ready  Ctrl-C stops`
  );
}
