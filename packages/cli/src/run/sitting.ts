/** What a sitting of a run begins with, be it the first or a later one. */
import type { Snapshot } from 'thalweg/train'
import type { Interrupt } from '../interrupt.ts'
import type { Prepared } from '../source/source.ts'
import type { Voice } from '../voice.ts'
import type { Babysitting } from './babysit.ts'
import type { RunFolder } from './folder.ts'
import type { Lock } from './lock.ts'
import type { Manifest } from './manifest.ts'

export interface Sitting {
  readonly folder: RunFolder
  readonly manifest: Manifest
  readonly data: Prepared
  /** On the folder; nothing while it is still to be made. */
  readonly lock: Lock | undefined
  /** Where to go on from. */
  readonly snapshot: Snapshot | undefined
  readonly checkpointEvery: number | undefined
  readonly babysit: Babysitting | undefined
}

export interface SittingContext {
  readonly voice: Voice
  readonly signal: AbortSignal
  /** Where the command listens for Ctrl-C: it rests while a network compiles in this process. */
  readonly interrupt?: Pick<Interrupt, 'rest' | 'listen'>
}
