/** Ctrl-C: the first one asks the run to finish its step and save, the second one quits at once. */
import { EXIT } from './errors.ts'

export interface Interrupt {
  readonly signal: AbortSignal
  /** Gives the signals back. */
  release(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** @param onFirst says to the person at the terminal what is going on */
export function listenForInterrupt(onFirst: () => void): Interrupt {
  const controller = new AbortController()
  function interrupt(): void {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    controller.abort()
    onFirst()
  }
  for (const signal of SIGNALS) process.on(signal, interrupt)
  return {
    signal: controller.signal,
    release() {
      for (const signal of SIGNALS) process.off(signal, interrupt)
    },
  }
}
