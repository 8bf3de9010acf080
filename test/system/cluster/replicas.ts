import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a replica tells its parent. */
export type Told =
  | { readonly what: 'began' | 'ended'; readonly artifact: string; readonly token: number }
  | { readonly what: 'event'; readonly type: string }
  | { readonly what: 'renewed' | 'not renewed' };

export interface Holding {
  readonly pod: string;
  readonly token: number;
}

export interface ReplicasOptions {
  readonly deployment: string;
  readonly artifacts: number;
  readonly members: number;
}

/** The replicas of one deployment as processes, and what they told. */
export class Replicas implements AsyncDisposable {
  readonly #options: ReplicasOptions;
  readonly #children = new Map<string, ChildProcess>();
  readonly #told: { readonly pod: string; readonly told: Told }[] = [];
  readonly #looks = new Set<() => void>();
  /** Who is at work, by their own word; a killed process is at work no more. */
  readonly holders: Map<string, Holding> = new Map();

  constructor(options: ReplicasOptions) {
    this.#options = options;
  }

  start(pod: string, kubeconfig: string): void {
    const { deployment, artifacts, members } = this.#options;
    const args = [pod, deployment, String(artifacts), String(members)];
    const child = fork(join(import.meta.dirname, 'replica.ts'), args, {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#children.set(pod, child);
    child.on('message', (told: Told) => this.#note(pod, told));
  }

  /** Everything told so far of that kind. */
  count(fits: (told: Told, pod: string) => boolean): number {
    return this.#told.filter(({ told, pod }) => fits(told, pod)).length;
  }

  /** Resolves once that is so; it is looked at whenever a replica tells something. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#looks.delete(look);
          resolve();
        };
        this.#looks.add(look);
      });
    }
  }

  /** Every artifact is at work, and each of these pods has its share. */
  async settled(pods: readonly string[]): Promise<void> {
    const { artifacts } = this.#options;
    const share = Math.floor(artifacts / pods.length);
    await this.until(() => this.holders.size === artifacts && pods.every((pod) => this.heldBy(pod).length >= share));
  }

  /** Each of these pods has had that many renewals accepted from now on. */
  async renewals(pods: readonly string[], number: number): Promise<void> {
    const of = (pod: string): number => this.count((told, by) => by === pod && told.what === 'renewed');
    const before = new Map(pods.map((pod) => [pod, of(pod)]));
    await this.until(() => pods.every((pod) => of(pod) >= before.get(pod)! + number));
  }

  /** Who is at work under which token, to be compared. */
  list(): string[] {
    const lines = [...this.holders].map(([artifact, { pod, token }]) => `${artifact} ${pod} ${token}`);
    return lines.toSorted();
  }

  heldBy(pod: string): string[] {
    return [...this.holders].filter(([, by]) => by.pod === pod).map(([artifact]) => artifact);
  }

  async signal(pod: string, signal: NodeJS.Signals): Promise<void> {
    const child = this.#children.get(pod)!;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [pod, child] of this.#children)
      if (child.exitCode === null && child.signalCode === null) await this.signal(pod, 'SIGKILL');
  }

  #note(pod: string, told: Told): void {
    this.#told.push({ pod, told });
    if (told.what === 'began') this.holders.set(told.artifact, { pod, token: told.token });
    if (told.what === 'ended' && this.holders.get(told.artifact)?.pod === pod) this.holders.delete(told.artifact);
    for (const look of this.#looks) look();
  }
}
