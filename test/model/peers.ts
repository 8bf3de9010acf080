/**
 * Peer promises: a holder that need not renew at the arbiter while its peers promise not to revoke it.
 *
 * Two parties and the arbiter's record of the holder between them. Time is ticks; everyone counts on a clock of their
 * own. Pauses need no step of their own: nobody is ever obliged to take one.
 *
 *   holder   believes it is valid while it is so against every record that may stand at the arbiter: the last one it
 *            knows of, and each write of its own whose outcome it does not know. Against one record it is valid for a
 *            lease from having sent it, and, where the record names peers, while each of them has promised
 *   peer     sees a record some time after it was written; answers requests; may revoke when its rule says so: it marks
 *            that it refuses, and its compare-and-swap arrives at any later time, or never
 *
 * The rest of the protocol is left out: once a lease is revoked, a successor may be at work in the same instant.
 */
import type { Model, Step } from './explorer.ts';

/** A record the holder wrote. */
interface Written {
  /** Peers it names, as a bit set; 0 is lease mode. */
  by: number;
  /** Says that the run was claimed. */
  fires: boolean;
  /** Ticks on the holder's clock since it was sent. */
  age: number;
}

interface Write extends Written {
  state: 'none' | 'open';
}

interface Peer {
  /** Has seen the record as it is now. */
  current: boolean;
  /** Ticks since it first saw it so, and since it last received a request. */
  seen: number;
  heard: number;
  /** Answers nothing more, until it sees another record. */
  refuses: boolean;
  /** Its revocation of what it saw is on the way to the arbiter. */
  revokes: boolean;
  /** Was told by a request that the run is claimed. */
  knows: boolean;
  /** One message between the two: a request or its answer, with the time since the request was sent. */
  message: 'none' | 'request' | 'answer';
  messageAge: number;
  messageFires: boolean;
  /** The holder's side: ticks since it sent the newest request that was answered, and whether the run was told so. */
  promised: number;
  told: boolean;
}

export interface PeersState {
  /** Which of its open writes the arbiter's record is; null: the one the holder knows of. */
  at: number | null;
  revoked: boolean;
  /** What the revoked record says of the run; "unknown": whoever takes over counts everything as claimed. */
  fires: 'yes' | 'no' | 'unknown';
  known: Written;
  writes: Write[];
  peers: Peer[];
  claim: 'none' | 'asked' | 'granted';
  /** The holder's process has ended. */
  dead: boolean;
  /** Ticks until the holder's clock may miss one again. */
  steady: number;
}

/** What a mutant does otherwise, one rule each. */
export type PeersMutant =
  | 'a named peer counts as promised once the record is accepted'
  | 'a promise counts from its answer'
  | 'whoever sees the record may revoke'
  | 'a peer that refused answers again'
  | 'a peer forgets that it refused'
  | 'the promises of all but one are enough'
  | 'the longest promise counts'
  | 'a write of unknown outcome is ignored'
  | 'a claim looks at the known record only'
  | 'a claim is made when one peer was told'
  | 'the revoker does not add the claims it knows'
  | 'someone who saw the exit takes the record for all there is'
  | 'a revocation overwrites whatever is there'
  | 'a named peer does not wait from when it saw the record'
  | 'a lease is trusted to its very end'
  | 'others wait no longer than the holder trusts its peers';

export interface PeersOptions {
  readonly peers: number;
  readonly lease: number;
  readonly margin: number;
  /** The holder's clock misses at most one tick in so many; 0: never. */
  readonly missesOneIn: number;
  /** Writes of unknown outcome at the same time. */
  readonly writes: number;
  /** Sets of peers a record may name. */
  readonly sets: readonly number[];
  /** So long after its last accepted write the holder trusts peers, and so long must others wait; 0: no such end. */
  readonly outage: number;
  readonly othersWait: number;
  readonly claims: boolean;
  readonly mutant?: PeersMutant;
}

export function peersModel(options: PeersOptions): Model<PeersState> {
  const { lease, mutant, outage } = options;
  const trust = lease - (mutant === 'a lease is trusted to its very end' ? 0 : options.margin);
  const othersWait = mutant === 'others wait no longer than the holder trusts its peers' ? outage : options.othersWait;
  const oldest = Math.max(lease, outage);
  const longestSeen = Math.max(lease, othersWait);
  const indexes = Array.from({ length: options.peers }, (_, i) => i);
  const namedIn = (by: number): number[] => indexes.filter((i) => by & (1 << i));

  /** Against one record. */
  const validAgainst = (state: PeersState, { by, age }: Written): boolean => {
    if (age < trust) return true;
    if (by === 0 || (outage > 0 && age >= outage)) return false;
    const named = namedIn(by);
    const promises = named.filter((i) => state.peers[i]!.promised < trust).length;
    if (mutant === 'the longest promise counts') return promises > 0;
    if (mutant === 'the promises of all but one are enough') return promises >= Math.max(1, named.length - 1);
    return promises === named.length;
  };
  const open = (state: PeersState): Written[] => state.writes.filter((write) => write.state === 'open');
  const possible = (state: PeersState): Written[] =>
    mutant === 'a write of unknown outcome is ignored' ? [state.known] : [state.known, ...open(state)];
  const valid = (state: PeersState): boolean =>
    !state.dead && possible(state).every((record) => validAgainst(state, record));

  const claimable = (state: PeersState): boolean => {
    const records = mutant === 'a claim looks at the known record only' ? [state.known] : possible(state);
    return records.every(({ by, fires }) => {
      if (fires) return true;
      const told = namedIn(by).map((i) => state.peers[i]!.told);
      return mutant === 'a claim is made when one peer was told'
        ? told.includes(true)
        : by !== 0 && !told.includes(false);
    });
  };

  const standing = (state: PeersState): Written => (state.at === null ? state.known : state.writes[state.at]!);

  const mayRevoke = (state: PeersState, i: number): boolean => {
    const { seen, heard } = state.peers[i]!;
    const { by } = standing(state);
    if (by === 0 || mutant === 'whoever sees the record may revoke') return seen >= lease;
    if (!(by & (1 << i))) return outage > 0 && seen >= othersWait;
    const alsoSeen = mutant === 'a named peer does not wait from when it saw the record' || seen >= lease;
    return alsoSeen && heard >= lease;
  };

  const withPeer = (state: PeersState, i: number, change: Partial<Peer>): PeersState => ({
    ...state,
    peers: state.peers.map((peer, j) => (j === i ? { ...peer, ...change } : peer)),
  });

  /** The holder learns which record stands: all its writes over the one before can fail only. */
  const learned = (state: PeersState, record: Written): PeersState => ({
    ...state,
    at: null,
    known: { by: record.by, fires: record.fires, age: record.age },
    writes: state.writes.map(() => noWrite),
    peers:
      mutant === 'a named peer counts as promised once the record is accepted'
        ? state.peers.map((peer, i) => (record.by & (1 << i) ? { ...peer, promised: 0 } : peer))
        : state.peers,
  });

  const holderSteps = (state: PeersState, does: Step<PeersState>): void => {
    if (state.dead) return;
    const claimed = state.claim !== 'none';
    for (const i of indexes)
      if (state.peers[i]!.message === 'none')
        does(
          `the holder asks peer ${i}`,
          withPeer(state, i, { message: 'request', messageAge: 0, messageFires: claimed }),
        );
    const free = state.writes.findIndex((write) => write.state === 'none');
    if (free >= 0)
      for (const by of options.sets) {
        const write: Write = { state: 'open', by, fires: claimed, age: 0 };
        does(`the holder writes that it trusts ${nameOf(by)}`, { ...state, writes: state.writes.with(free, write) });
      }
    if (!state.revoked && state.at !== null) does('the holder hears of its write', learned(state, standing(state)));
    if (state.revoked) does('the holder hears that it was revoked', { ...state, dead: true });
    if (options.claims && state.claim === 'none') does('the holder asks for a run', { ...state, claim: 'asked' });
    if (state.claim === 'asked' && valid(state) && claimable(state))
      does('the holder runs it', { ...state, claim: 'granted' });
  };

  const peerSteps = (state: PeersState, i: number, does: Step<PeersState>): void => {
    const peer = state.peers[i]!;
    if (peer.message === 'request') {
      const answers = !peer.refuses || mutant === 'a peer that refused answers again';
      if (answers) {
        const knows = peer.knows || peer.messageFires;
        does(`peer ${i} promises`, withPeer(state, i, { message: 'answer', heard: 0, knows }));
      } else does(`peer ${i} refuses`, withPeer(state, i, { message: 'none' }));
    }
    if (peer.message === 'answer') {
      const at = mutant === 'a promise counts from its answer' ? 0 : peer.messageAge;
      const change = { promised: Math.min(peer.promised, at), told: peer.told || peer.messageFires };
      does(`the promise of peer ${i} arrives`, withPeer(state, i, { message: 'none', ...change }));
    }
    if (state.revoked) return;
    if (!peer.current)
      does(`peer ${i} sees the record`, withPeer(state, i, { current: true, seen: 0, refuses: false }));
    if (peer.current && !peer.refuses && mayRevoke(state, i))
      does(`peer ${i} refuses from now on`, withPeer(state, i, { refuses: true, revokes: true }));
    if (peer.refuses && mutant === 'a peer forgets that it refused')
      does(`peer ${i} forgets its refusal`, withPeer(state, i, { refuses: false }));
    if (peer.revokes) {
      const { by, fires } = standing(state);
      const isNamed = (by & (1 << i)) !== 0;
      const adds = isNamed && peer.knows && mutant !== 'the revoker does not add the claims it knows';
      // Only a named peer knows all claims. A revoker that is none says that it does not.
      const known = by === 0 || isNamed;
      does(`peer ${i} revokes`, { ...state, revoked: true, fires: !known ? 'unknown' : fires || adds ? 'yes' : 'no' });
    }
  };

  const arbiterSteps = (state: PeersState, does: Step<PeersState>): void => {
    if (state.revoked || state.at !== null) return;
    for (const [k, write] of state.writes.entries())
      if (write.state === 'open') {
        const blind = mutant === 'a revocation overwrites whatever is there';
        const peers = state.peers.map((peer) => ({ ...peer, current: false, revokes: blind && peer.revokes }));
        does(`the arbiter takes that ${nameOf(write.by)} is trusted`, { ...state, at: k, peers });
      }
  };

  const tick = (state: PeersState, missed: boolean): PeersState => {
    const older = (age: number): number => (missed ? age : Math.min(age + 1, oldest));
    return {
      ...state,
      known: { ...state.known, age: older(state.known.age) },
      writes: state.writes.map((write) => (write.state === 'none' ? write : { ...write, age: older(write.age) })),
      peers: state.peers.map((peer) => ({
        ...peer,
        seen: Math.min(peer.seen + 1, longestSeen),
        heard: Math.min(peer.heard + 1, lease),
        messageAge: missed ? peer.messageAge : Math.min(peer.messageAge + 1, lease),
        promised: missed ? peer.promised : Math.min(peer.promised + 1, lease),
      })),
      steady: missed ? options.missesOneIn : Math.max(0, state.steady - 1),
    };
  };

  return {
    initial: {
      at: null,
      revoked: false,
      fires: 'no',
      known: { by: 0, fires: false, age: 0 },
      writes: Array.from({ length: options.writes }, () => noWrite),
      peers: indexes.map(() => stranger(lease)),
      claim: 'none',
      dead: false,
      steady: 0,
    },

    next(state, does, fails) {
      does('a tick', tick(state, false));
      if (options.missesOneIn > 0 && state.steady === 0) fails('a tick that the holder misses', tick(state, true));
      holderSteps(state, does);
      arbiterSteps(state, does);
      for (const i of indexes) {
        peerSteps(state, i, does);
        if (state.peers[i]!.message !== 'none')
          fails(`a message with peer ${i} is lost`, withPeer(state, i, { message: 'none' }));
      }
      if (!state.dead && !state.revoked) fails('the holder dies', { ...state, dead: true });
      if (state.dead && !state.revoked) {
        const { by, fires } = standing(state);
        const known = by === 0 || mutant === 'someone who saw the exit takes the record for all there is';
        does('someone who saw the exit revokes', {
          ...state,
          revoked: true,
          fires: !known ? 'unknown' : fires ? 'yes' : 'no',
        });
      }
    },

    broken(state) {
      if (!state.revoked) return undefined;
      if (valid(state)) return 'I1';
      if (state.claim === 'granted' && state.fires === 'no') return 'I4';
      return undefined;
    },

    goal: (state) => state.revoked || valid(state),

    fold: (state) => folded(state, lease, trust),
  };
}

const noWrite: Write = { state: 'none', by: 0, fires: false, age: 0 };

function stranger(lease: number): Peer {
  return {
    current: false,
    seen: 0,
    heard: lease,
    refuses: false,
    revokes: false,
    knows: false,
    message: 'none',
    messageAge: 0,
    messageFires: false,
    promised: lease,
    told: false,
  };
}

/** What makes no difference any more becomes the same, and so do two peers that have changed places. */
function folded(state: PeersState, lease: number, trust: number): PeersState {
  const over = (age: number): number => (age >= trust ? lease : age);
  const peers = state.peers.map((peer): Peer => {
    const age = over(peer.messageAge);
    const fires = peer.messageFires && !peer.knows;
    const isAnswer = peer.message === 'answer';
    // A message too old to be trusted is as good as lost, unless it tells of the claim.
    const news = isAnswer ? peer.messageFires && !peer.told && state.claim === 'asked' : fires;
    const lost = (age >= trust && !news) || (state.dead && (isAnswer || !fires));
    return {
      ...peer,
      current: peer.current && !state.revoked,
      seen: peer.current && !state.revoked ? peer.seen : 0,
      heard: state.revoked ? 0 : peer.heard,
      promised: state.dead ? lease : over(peer.promised),
      told: peer.told && state.claim === 'asked' && !state.dead,
      message: lost ? 'none' : peer.message,
      messageAge: lost || state.dead ? 0 : age,
      messageFires: !lost && peer.messageFires,
    };
  });
  const after = { ...state, peers, steady: state.dead ? 0 : state.steady };
  return peers.length === 2 && rankOf(peers[0]!) > rankOf(peers[1]!) ? swapped(after) : after;
}

function rankOf(peer: Peer): number {
  const words = ['none', 'request', 'answer'].indexOf(peer.message);
  const leaves = [peer.current, peer.seen, peer.heard, peer.refuses, peer.revokes, peer.knows, words, peer.messageAge];
  return [...leaves, peer.messageFires, peer.promised, peer.told].reduce<number>(
    (rank, leaf) => rank * 16 + Number(leaf),
    0,
  );
}

function swapped(state: PeersState): PeersState {
  const swap = (by: number): number => ((by & 1) << 1) | (by >> 1);
  return {
    ...state,
    known: { ...state.known, by: swap(state.known.by) },
    writes: state.writes.map((write) => ({ ...write, by: swap(write.by) })),
    peers: [state.peers[1]!, state.peers[0]!],
  };
}

function nameOf(by: number): string {
  if (by === 0) return 'nobody';
  return [0, 1, 2].filter((i) => by & (1 << i)).join(' and ');
}
