/** What a command is given by the program that it belongs to. */
import { EXIT } from '../errors.ts'
import type { Streams, Voice } from '../voice.ts'

export interface Surroundings {
  readonly streams: Streams
  /** Fires when nobody reads standard output any more. */
  readonly gone: AbortSignal
  /** Tells the exit code; called once, at the end. */
  readonly finish: (code: number) => void
}

/** A command that keeps nothing: done when `work` is; interrupted, without words, where nobody is left to read them. */
export async function untilGone(
  { gone, finish }: Surroundings,
  voice: Voice,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
    finish(EXIT.done)
  } catch (error) {
    if (!gone.aborted) throw error
    finish(EXIT.interrupted)
  } finally {
    voice.hide()
  }
}
