/**
 * The words through which threads speak, in the shared memory itself. Each has a line of the cache to itself (two, because
 * processors fetch lines in pairs), so that who writes one does not disturb those who spin on another. README.md has the
 * protocol.
 */

/** Byte offsets from the start of the block. */
export const CONTROL = {
  /** int64: number of the turn that is open, times TURN. Written by the leader alone; helpers wait for it to change. */
  turn: 0,
  /** int64: base turn of the run under way, plus the slot of its plan; 0 between runs. */
  job: 128,
  /** int32: pieces that helpers have finished in this turn; FAILED or more where one of them broke. */
  done: 256,
  /** int32: helpers that sleep, or are about to. */
  sleepers: 384,
  /** int32: messages that were sent to each helper. */
  mail: 512,
  /** int32: 1 while the leader sleeps. */
  leaderSleeps: 640,
  /** int32: helpers that are ready to help. */
  ready: 768,
  /** int32: messages that helpers have acted upon, all together. */
  received: 896,
  /** What broke, as UTF-16 code units, ended by 0. */
  failure: 1024,
  /** For each thread an int64: the turn it belongs to, plus the pieces of the thread's range that were taken in it. */
  claims: 1536,
  /** For each thread an int32, written by itself: pieces that it has done so far, whosever they were. */
  pieces: 1544,
} as const

export const FAILURE_LENGTH = 255
export const CLAIM_BYTES = 128

/** The low 16 bits of a turn are free for a slot, or for a count of pieces. */
export const TURN_BITS = 16
export const TURN: bigint = 1n << BigInt(TURN_BITS)
export const LOW_BITS = 0xffff
/** A count of finished pieces that no turn reaches. */
export const FAILED = 0x40000000

export function controlBytes(threads: number): number {
  return CONTROL.claims + threads * CLAIM_BYTES
}
