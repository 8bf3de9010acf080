import type { ChildProcess } from 'node:child_process';
import type { Arbiter } from '../../../src/coordination/index.ts';
import { Gate } from './gate.ts';

/** The arbiter of a run, and how replicas get to it. */
export interface Backing {
  /** Past all gates: for looking, and for what people and third parties do. */
  readonly arbiter: Arbiter;
  readonly gates: Gates;
  connect(pod: string): Promise<Connection>;
  /** Leaves nothing behind. */
  close(): Promise<void>;
}

/** One replica's way to the arbiter. */
export interface Connection {
  /** Undefined where nothing can stand in between. */
  readonly gate: Gate | undefined;
  /** Pipes the process needs behind stdin, stdout, stderr and Node's channel. */
  readonly pipes: number;
  /** What the replica is told. */
  readonly env: Readonly<Record<string, string>>;
  /** The process runs. */
  attach(child: ChildProcess): void;
  /** It has ended; `seen` in words when its supervisor saw it, and can tell the arbiter. */
  ended(seen: string | undefined): void;
}

/** All gates of a run: a frozen arbiter is one that answers at none of them. */
export class Gates {
  readonly #open = new Set<Gate>();
  readonly #freezes = new Set<Map<Gate, () => void>>();

  open(): Gate {
    const gate = new Gate();
    this.#open.add(gate);
    for (const freeze of this.#freezes) freeze.set(gate, gate.begin({ kind: 'hold' }));
    return gate;
  }

  close(gate: Gate): void {
    this.#open.delete(gate);
    for (const freeze of this.#freezes) freeze.delete(gate);
  }

  freeze(): () => void {
    const freeze = new Map([...this.#open].map((gate) => [gate, gate.begin({ kind: 'hold' })] as const));
    this.#freezes.add(freeze);
    return () => {
      this.#freezes.delete(freeze);
      for (const thaw of freeze.values()) thaw();
    };
  }
}
