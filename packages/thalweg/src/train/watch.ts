/**
 * Who looks over a run's shoulder. `fit` knows when something happens, a babysitter what it means: this is all that they
 * know of each other. What a watch computes never touches the run: with and without it, a run gives the same bits.
 */
import type { Model, NamedArray } from '../nn/index.ts'
import type { Position } from './checkpoint.ts'
import type { EpochEvent, FindingEvent } from './events.ts'
import type { Finding } from './finding.ts'
import type { Mend } from './patch.ts'
import type { EpochSums, Session, StepMoment } from './session.ts'
import type { Settings } from './settings.ts'

export interface WatchedRun {
  readonly model: Model
  readonly settings: Settings
  readonly session: Session
}

/** With what is known of it. */
export interface WatchedAttempt extends WatchedRun {
  /** What was decided so far, in earlier sittings too; and which attempt of the run this is, from 1. */
  readonly mends: readonly Mend[]
  readonly attempt: number
  /** What was found so far. */
  readonly findings: readonly FindingEvent[]
}

/** What was decided. Without a change it is only told. */
export interface Mending {
  readonly mend: Omit<Mend, 'attempt' | 'next' | 'from'>
  readonly change?: NewAttempt | EarlierAttempt
}

/** The run goes on as another one, from a place where it was, or from its beginning. */
export interface NewAttempt {
  readonly model: Model
  readonly settings: Settings
  /** The model's values to go on from; nothing: first weights. The optimizer begins anew. */
  readonly weights: Readonly<Record<string, NamedArray>> | undefined
  readonly position: Position
  /** Of the steps of the epoch before that place. Default nothing. */
  readonly sums?: Pick<EpochSums, 'lossSum' | 'correct'> | undefined
}

/** The run goes on with an attempt that was left for another, as it stood then. */
export interface EarlierAttempt {
  readonly attempt: number
}

export interface Babysitter {
  readonly mode: 'advise' | 'fix'
  /** Called once a sitting, before its first step. */
  watch(run: WatchedAttempt): Watch
}

export interface Watch {
  /** What can be said before the first step of the sitting. */
  begin(position: Position): readonly Finding[]
  /** Makes the step that comes next, from these examples, and may look at it while it is made. */
  step(rows: Int32Array, moment: StepMoment, position: Position): void
  /** `position` is that after the step. */
  afterStep(position: Position): readonly Finding[]
  /**
   * A loss or a weight is not finite after the last step: says where that began. The session may be anywhere afterwards.
   */
  nonFinite(): readonly Finding[]
  afterEpoch(event: EpochEvent): readonly Finding[]
  /**
   * What is to be done about what was found: asked after findings, and when the last epoch has ended. Where there is a change,
   * the run goes on with it; nothing where there is nothing to try.
   */
  mend?(): Promise<Mending | undefined>
  release(): void
}
