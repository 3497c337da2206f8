/**
 * Ctrl-C: the first one asks the run to finish its step and save, the second one quits at once. A reader of standard output
 * that has gone (`| head`) counts as a first one. While a network compiles nobody can listen, because there is one thread:
 * who has nothing to lose yet rests meanwhile, and leaves the answer to the system, which ends the process at once.
 */
import { EXIT } from './errors.ts'
import { leave } from './sudden-end.ts'

export interface Interrupt {
  readonly signal: AbortSignal
  /** Until `listen`, Ctrl-C ends the process at once. */
  rest(): void
  listen(): void
  /** Gives the signals back. */
  release(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * @param onFirst says to the person at the terminal what is going on
 * @param gone fires when nobody reads standard output any more
 */
export function listenForInterrupt(onFirst: (cause: 'signal' | 'reader') => void, gone: AbortSignal): Interrupt {
  const controller = new AbortController()
  let isListening = false
  function interrupt(): void {
    if (controller.signal.aborted) leave(EXIT.interrupted)
    controller.abort()
    onFirst('signal')
  }
  function readerGone(): void {
    if (controller.signal.aborted) return
    controller.abort()
    onFirst('reader')
  }
  function rest(): void {
    for (const signal of SIGNALS) process.off(signal, interrupt)
    isListening = false
  }
  function listen(): void {
    if (!isListening) for (const signal of SIGNALS) process.on(signal, interrupt)
    isListening = true
  }
  listen()
  gone.addEventListener('abort', readerGone)
  if (gone.aborted) readerGone()
  return {
    signal: controller.signal,
    rest,
    listen,
    release() {
      rest()
      gone.removeEventListener('abort', readerGone)
    },
  }
}
