/**
 * Who looks over a run's shoulder. `fit` knows when something happens, a babysitter what it means: this is all that they
 * know of each other. What a watch computes never touches the run: with and without it, a run gives the same bits.
 */
import type { Model, NamedArray } from '../nn/index.ts'
import type { Position } from './checkpoint.ts'
import type { EpochEvent } from './events.ts'
import type { Finding } from './finding.ts'
import type { Mend } from './patch.ts'
import type { Session, StepMoment } from './session.ts'
import type { Settings } from './settings.ts'

export interface WatchedRun {
  readonly model: Model
  readonly settings: Settings
  readonly session: Session
}

/** A race that is over. Without a change it is only told. */
export interface Mending {
  readonly mend: Omit<Mend, 'attempt' | 'next'>
  readonly change?: {
    readonly model: Model
    readonly settings: Settings
    /** The model's values to go on from; nothing: first weights. The optimizer begins anew. */
    readonly weights: Readonly<Record<string, NamedArray>> | undefined
    readonly position: Position
  }
}

export interface Babysitter {
  readonly mode: 'advise' | 'fix'
  /** Called once a sitting, before its first step. */
  watch(run: WatchedRun): Watch
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
   * What is to be done about what was found: asked after findings. Where something is kept, the run goes on from there;
   * nothing where there is nothing to try.
   */
  mend?(): Promise<Mending | undefined>
  release(): void
}
