// For other rooms: runtime joins a member and runs artifacts with its terms; deploy keeps the embedded arbiter.
export { Member, type MemberOptions } from './member.ts';
export { askDrain, askMove, askRun, askSwitch, endDrain, type AskOutcome } from './asks.ts';
export type { Runnable } from './holding.ts';
export type { Term } from './term.ts';
export type { CoordinationEvent, CoordinationEventType, HeldStatus, MemberCounts, MemberStatus } from './events.ts';
export { defaultTimings, problemsOf, type Timings } from './timings.ts';

export type { Arbiter, Snapshot, SnapshotOptions, Version, Versioned } from './arbiter.ts';
export type {
  Assignment,
  AssignmentEntry,
  DrainKey,
  Drained,
  MemberRecord,
  Placing,
  RecordAt,
  RecordKey,
  Switched,
  Switches,
} from './records.ts';
export type { PeerLink } from './peers/link.ts';
export { MemoryArbiter } from './arbiters/memory.ts';
export { connectArbiter, processChannel, serveArbiter, type Channel, type ServedArbiter } from './channel/ipc.ts';
export { foundAssignment, revokeNow } from './revoke-now.ts';
