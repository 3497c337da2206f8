/** What a command is given by the program that it belongs to. */
import type { Streams } from '../voice.ts'

export interface Surroundings {
  readonly streams: Streams
  /** Fires when nobody reads standard output any more. */
  readonly gone: AbortSignal
  /** Tells the exit code; called once, at the end. */
  readonly finish: (code: number) => void
}
