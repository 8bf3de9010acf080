/**
 * Runs a coordination story. A story is a text file: comments (#), commands (> ...), and below each command what
 * happened, one line each: milliseconds, pod, event.
 *
 *   > artifacts task/a task/b*3 task/c!pod-1    what processes started from now on can hold; *weight, !only that pod,
 *               task/d+ledger task/e-heavy          +group held together, -word held apart
 *   > timings leaseMs=1200 ...                  for processes started from now on
 *   > peers                                     processes started from now on exchange promises
 *   > part pod-1 pod-2     these do not hear each other             > meet pod-1 pod-2
 *   > writes                                    how many the arbiter accepted since this was last asked
 *   > found                                     a supervisor makes the assignment before the first process starts
 *   > start pod-1 pod-2 expect=2 rate=1.1 node=node-1
 *   > run 500                                   turns the clock by that many milliseconds
 *   > crash pod-1          SIGKILL              > exit pod-1      SIGKILL, and the supervisor sees it at once
 *   > freeze pod-1         SIGSTOP              > thaw pod-1
 *   > cut pod-1            no network           > heal pod-1
 *   > slow pod-1 400       every message of it takes that long
 *   > lose-reply pod-1 lease|assignment         the arbiter takes its next write, the answer is lost
 *   > delay-request pod-1 lease|assignment 900  its next write arrives that much later
 *   > arbiter freeze|thaw|down|up|forget
 *   > stop pod-1 [deadline=500]                 > move task/a pod-2
 *   > drain pod/pod-1                           > undrain node/node-1
 *   > delete-lease pod-1                        someone else deletes its record
 *   > delete-assignment
 *   > slow-stop task/a 500                      its runs take that long to end
 *   > claim pod-1 task/a 5000                   the run due then
 *   > act pod-1 task/a                          checks the term, then has an effect on a resource that checks tokens
 *   > send pod-1 task/a                         the effect alone: the check was before a pause
 *   > show                                      who holds what
 */
import {
  askDrain,
  askMove,
  endDrain,
  type Arbiter,
  type DrainKey,
  type RecordKey,
  type Runnable,
  type Term,
  type Timings,
} from '../../src/coordination/index.ts';
import { bound } from './checker.ts';
import { memberKey } from '../../src/coordination/records.ts';
import { seeded, World, type Process } from './world.ts';

class Story {
  readonly #world: World;
  readonly #lines: string[] = [];
  #artifacts: string[] = [];
  #timings: Partial<Timings> = {};
  #peers = false;
  #writes = 0;
  readonly #slowStops = new Map<string, number>();
  /** Highest token the resource behind each artifact has seen. */
  readonly #highest = new Map<string, number>();

  constructor() {
    this.#world = new World({
      random: seeded(1),
      latency: () => 1,
      arbiter: (arbiter) => this.#counting(arbiter),
      onEvent: ({ type, pod, artifact, token, target, reason }) => {
        const about = artifact ? ` ${artifact} ${token}` : target ? ` ${target.slice(0, target.lastIndexOf('.'))}` : '';
        this.#say(`${pod} ${type}${about}: ${reason}`);
      },
    });
  }

  async run(command: string): Promise<string[]> {
    const words = command.split(/\s+/).filter((word) => word !== '');
    const options = new Map(
      words.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]),
    );
    const [verb, ...args] = words.filter((word) => !word.includes('='));
    await this.#obey(verb!, args, options);
    await this.#world.clock.advance(0);
    return this.#lines.splice(0);
  }

  #say(text: string): void {
    this.#lines.push(`${String(Math.round(this.#world.clock.monotonic())).padStart(6)} ${text}`);
  }

  #process(pod: string | undefined): Process {
    const process = this.#world.processes.get(pod!);
    if (!process) throw new Error(`no process ${pod}`);
    return process;
  }

  #term(pod: string, artifact: string): Term {
    const term = this.#process(pod).terms.get(artifact);
    if (!term) throw new Error(`${pod} never held ${artifact}`);
    return term;
  }

  async #obey(verb: string, args: readonly string[], options: ReadonlyMap<string, string>): Promise<void> {
    const world = this.#world;
    const number = (name: string): number => Number(options.get(name));
    switch (verb) {
      case 'artifacts':
        this.#artifacts = [...args];
        break;
      case 'timings':
        this.#timings = Object.fromEntries([...options].map(([name, value]) => [name, Number(value)]));
        break;
      case 'peers':
        this.#peers = true;
        break;
      case 'part':
        world.peers.part(args[0]!, args[1]!);
        break;
      case 'meet':
        world.peers.meet(args[0]!, args[1]!);
        break;
      case 'writes':
        this.#say(`${this.#writes} writes`);
        this.#writes = 0;
        break;
      case 'found':
        await world.found();
        break;
      case 'start':
        for (const pod of args)
          world.start({
            pod,
            node: options.get('node') ?? 'node-1',
            artifacts: this.#artifacts.map((text) => this.#runnable(text)),
            timings: this.#timings,
            peers: this.#peers,
            ...(options.has('rate') && { rate: number('rate') }),
            ...(options.has('expect') && { expect: number('expect') }),
          });
        break;
      case 'run':
        await world.clock.advance(Number(args[0]));
        break;
      case 'crash':
        world.crash(args[0]!);
        break;
      case 'exit':
        world.crash(args[0]!);
        await world.exited(args[0]!);
        break;
      case 'freeze':
        this.#process(args[0]).gate.state = 'frozen';
        break;
      case 'thaw':
        this.#process(args[0]).gate.open();
        break;
      case 'cut':
        this.#process(args[0]).network.cut = true;
        break;
      case 'heal':
        this.#process(args[0]).network.cut = false;
        break;
      case 'slow':
        this.#process(args[0]).network.latency = () => Number(args[1]);
        this.#process(args[0]).network.replyLatency = () => Number(args[1]);
        break;
      case 'lose-reply':
        this.#process(args[0]).network.loseReply = args[1] as 'lease';
        break;
      case 'delay-request':
        this.#process(args[0]).network.delayRequest = { of: args[1] as 'lease', ms: Number(args[2]) };
        break;
      case 'arbiter':
        if (args[0] === 'freeze') world.arbiterGate.state = 'frozen';
        else if (args[0] === 'thaw') world.arbiterGate.open();
        else if (args[0] === 'forget') world.forget();
        else world.arbiterUp = args[0] === 'up';
        break;
      case 'stop':
        void this.#process(args[0]).member.stop(options.has('deadline') ? { deadlineMs: number('deadline') } : {});
        break;
      case 'move':
        void this.#move(args[0]!, args[1]!);
        break;
      case 'drain':
      case 'undrain':
        await this.#drain(args[0] as DrainKey, verb === 'drain');
        break;
      case 'delete-lease':
        await this.#delete(memberKey(this.#process(args[0]).member.boot));
        break;
      case 'delete-assignment':
        await this.#delete('assignment');
        break;
      case 'slow-stop':
        this.#slowStops.set(args[0]!, Number(args[1]));
        break;
      case 'claim':
        void this.#claim(args[0]!, args[1]!, Number(args[2]));
        break;
      case 'act':
        this.#act(args[0]!, args[1]!);
        break;
      case 'send':
        this.#send(args[0]!, args[1]!);
        break;
      case 'show':
        await this.#show();
        break;
      default:
        throw new Error(`no command ${verb}`);
    }
  }

  async #delete(key: RecordKey): Promise<void> {
    const { signal } = new AbortController();
    const found = await this.#world.store.read(key, signal);
    await this.#world.store.remove(key, found!.version, signal);
  }

  #counting(arbiter: Arbiter): Arbiter {
    return {
      ...bound(arbiter),
      swap: async (key, value, expected, signal) => {
        const version = await arbiter.swap(key, value, expected, signal);
        if (version !== undefined) this.#writes++;
        return version;
      },
    };
  }

  #runnable(text: string): Runnable {
    const [, key, weight, pin, group, apart] = /^([^*!+-]+)(?:\*(\d+))?(?:!([\w-]+))?(?:\+(\w+))?(?:-(\w+))?$/.exec(
      text,
    )!;
    return {
      key: key!,
      ...(weight && { weight: Number(weight) }),
      ...(pin && { pins: [pin] }),
      ...(group && { group }),
      ...(apart && { apart: [apart] }),
      run: async (term) => {
        await ended(term);
        const slow = this.#slowStops.get(key!);
        // The resource a slow run works on is outside of its process, and so is its time.
        if (slow !== undefined) await this.#world.clock.sleep(slow);
      },
    };
  }

  async #move(artifact: string, pod: string): Promise<void> {
    const answer = await askMove(this.#world.store, artifact, pod, new AbortController().signal);
    this.#say(`move ${artifact} ${pod}: ${answer.outcome === 'refused' ? answer.reason : answer.outcome}`);
  }

  async #drain(key: DrainKey, on: boolean): Promise<void> {
    const { store, clock } = this.#world;
    const { signal } = new AbortController();
    const answer = await (on
      ? askDrain(store, key, { at: clock.wall(), by: 'someone' }, signal)
      : endDrain(store, key, signal));
    this.#say(`${on ? 'drain' : 'undrain'} ${key}: ${answer.outcome === 'refused' ? answer.reason : answer.outcome}`);
  }

  async #claim(pod: string, artifact: string, dueAt: number): Promise<void> {
    const granted = await this.#term(pod, artifact).claim(dueAt);
    this.#say(`${pod} ${granted ? 'may run' : 'may not run'} ${artifact} due ${dueAt}`);
  }

  #act(pod: string, artifact: string): void {
    if (this.#term(pod, artifact).valid()) this.#send(pod, artifact);
    else this.#say(`${pod} does not act for ${artifact}: its term is not valid`);
  }

  #send(pod: string, artifact: string): void {
    const { token } = this.#term(pod, artifact);
    const highest = this.#highest.get(artifact) ?? 0;
    this.#highest.set(artifact, Math.max(highest, token));
    const verdict = token < highest ? `refuses, it has seen ${highest}` : 'accepts';
    this.#say(`${pod} acts for ${artifact} with ${token}: the resource ${verdict}`);
  }

  async #show(): Promise<void> {
    const { assignment } = await this.#world.store.snapshot({ signal: new AbortController().signal });
    if (assignment === undefined || assignment === 'same') return this.#say('there is no assignment');
    for (const artifact of Object.keys(assignment.value.artifacts).sort()) {
      const { holder, token, by } = assignment.value.artifacts[artifact]!;
      this.#say(`${artifact} ${holder ? holder.slice(0, holder.lastIndexOf('.')) : 'nobody'} ${token} (${by})`);
    }
  }
}

function ended(term: Term): Promise<void> {
  return new Promise((resolve) => {
    if (term.signal.aborted) resolve();
    else term.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The story with what happens now in place of what happened before. */
export async function tell(text: string): Promise<string> {
  const story = new Story();
  const out: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('> ')) out.push(line, ...(await story.run(line.slice(2))));
    else if (line.startsWith('#') || line.trim() === '') out.push(line);
  }
  return `${out.join('\n').trimEnd()}\n`;
}
