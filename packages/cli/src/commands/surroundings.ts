/** What a command is given by the program that it belongs to. */
import type { Streams } from '../voice.ts'

export interface Surroundings {
  readonly streams: Streams
  /** Tells the exit code; called once, at the end. */
  readonly finish: (code: number) => void
}
