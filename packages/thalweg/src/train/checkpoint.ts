/**
 * A snapshot is everything that a run needs to go on bit for bit: every value that the compiled step keeps (parameters,
 * running statistics, optimizer state, step number, seed, the running sums of the epoch), the place in the data, and the
 * history. A checkpoint is a snapshot as the bytes of a safetensors file, which other tools can read too.
 */
import { ThalwegError } from '../base/index.ts'
import type { NamedArray } from '../nn/index.ts'
import { AVERAGE, bestPrefix, MODEL, namedArrays } from './array-names.ts'
import type { EpochEvent, FindingEvent } from './events.ts'
import type { Mend } from './patch.ts'
import { decodeSafetensors, encodeSafetensors, type StoredArray } from './safetensors.ts'

/** Where a run stands: finished epochs, finished batches of the epoch that is going on, updates since the beginning. */
export interface Position {
  readonly epoch: number
  readonly batch: number
  readonly step: number
}

/** What may not change between two sittings of one run, as plain data. */
export interface Signature {
  readonly seed: number
  readonly batchSize: number | 'all'
  readonly order: { readonly name: string; readonly fingerprint: string }
  /** By which the best epochs are told. */
  readonly metric: string
  readonly optimizer: { readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  /** Groups, clipping, accumulation, penalties and the like; undefined where there are none. */
  readonly rules?: Readonly<Record<string, unknown>> | undefined
  readonly loss: { readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  readonly examples: number
  /** Fingerprint of the training data. */
  readonly data: string
}

/** One of the best epochs; its weights are among the arrays. */
export interface BestRecord {
  /** From 1. */
  readonly epoch: number
  readonly step: number
  /** Of the run's metric. */
  readonly value: number
}

export interface Progress {
  readonly position: Position
  readonly history: readonly EpochEvent[]
  /** The best epochs, the best one first. Their weights are among the arrays. */
  readonly best: readonly BestRecord[]
  /** What the babysitter has done so far, in its order; nothing where it did nothing. */
  readonly mends?: readonly Mend[]
  /** What was found so far, in its order; nothing where nothing was. A resumed run does not tell it again. */
  readonly findings?: readonly FindingEvent[]
  /** The run began with weights that somebody brought along: its beginning cannot be drawn again. */
  readonly givenWeights?: true
  /** Spent on the run so far, and on the epoch that is going on. */
  readonly seconds: number
  readonly epochSeconds: number
}

export interface Snapshot extends Progress {
  readonly signature: Signature
  /** By name: `model/dense1.weight`, `optimizer/adam.firstMoment.dense1.weight`, `train/step`, `best/3/dense1.weight`. */
  readonly arrays: ReadonlyMap<string, StoredArray>
}

/** A snapshot on its way to a place that keeps it. */
export interface Checkpoint {
  readonly bytes: Uint8Array
  readonly position: Position
  /** Whether it is the best of the epochs that were saved so far, by the run's metric. */
  readonly best: boolean
  /** Steps of the best of those that were saved, the best first: as many as `keepBest` says, at least 1. */
  readonly bestSteps: readonly number[]
  /** The run went back since it was last saved: of what was saved before, later steps than this have not been. */
  readonly stale?: number
}

export interface CheckpointOptions {
  /** Called once, when everything fits and before the first step: makes the place ready. */
  readonly open?: () => Promise<void>
  /** Keeps the bytes; the run waits for it. What it returns is named in the event (a path). */
  readonly save: (checkpoint: Checkpoint) => Promise<string | undefined>
  /** What was saved before, the newest first: where a wrecked run may go back to. */
  readonly earlier?: () => AsyncIterable<Snapshot>
  /** After every so many epochs. Default 1; the last epoch is always saved. */
  readonly everyEpochs?: number
  /** And after every so many steps. Default never. */
  readonly everySteps?: number
}

const FORMAT = '1'
const FORMAT_KEY = 'thalweg.checkpoint'
const STATE_KEY = 'thalweg.state'

export async function encodeCheckpoint({ arrays, ...state }: Snapshot): Promise<Uint8Array> {
  return encodeSafetensors({ arrays, metadata: { [FORMAT_KEY]: FORMAT, [STATE_KEY]: printState(state) } })
}

/**
 * @param file what errors call it
 * @throws ThalwegError `train/bad-checkpoint` for anything damaged, or not written by {@link encodeCheckpoint}
 */
export async function decodeCheckpoint(bytes: Uint8Array, file: string): Promise<Snapshot> {
  const { arrays, metadata } = await decodeSafetensors(bytes, file, { sealed: true })
  const { [FORMAT_KEY]: format, [STATE_KEY]: text } = metadata
  if (format !== FORMAT || text === undefined) throw notACheckpoint(file, format)
  // The checksum holds, so this is what was written.
  const state = parseState(text) as Omit<Snapshot, 'arrays'>
  return { ...state, arrays }
}

/**
 * The weights of a snapshot that count, by path, as a store loads them: averages where they are kept. Running statistics are
 * those of the last weights.
 *
 * @param options.best those of the best epoch so far instead, where there is one: what a run that goes back to it ends with
 */
export function modelArrays(
  { arrays, best: [best] }: Snapshot,
  options: { readonly best?: boolean } = {},
): Record<string, NamedArray> {
  if (options.best && best) return namedArrays(arrays, bestPrefix(best.epoch))
  return { ...namedArrays(arrays, MODEL), ...namedArrays(arrays, AVERAGE) }
}

/** Plain data as JSON, NaN and infinities included. */
export function printState(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, part) => (isUnprintable(part) ? String(part) : part), indent)
}

export function parseState(text: string): unknown {
  return JSON.parse(text, (_, part) => (isPrinted(part) ? Number(part) : part))
}

/** JSON has no word for these; a validation loss may be any of them. */
function isUnprintable(value: unknown): value is number {
  return typeof value === 'number' && !Number.isFinite(value)
}

function isPrinted(value: unknown): boolean {
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity'
}

function notACheckpoint(file: string, format: string | undefined): ThalwegError {
  return new ThalwegError('train/bad-checkpoint', {
    rule: `read ${file}: the file must be a checkpoint in format ${FORMAT}`,
    received: format === undefined ? 'a safetensors file without a training state' : `format ${format}`,
    try: 'resume from a checkpoint that this version of thalweg wrote',
  })
}
