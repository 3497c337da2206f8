/** Turns of the event loop during a long computation, so that signals, timers and pages stay alive. */

export interface Pace {
  /** Whether a pause is due. */
  due(): boolean
  /** Lets everything else that waits have its turn. A message costs microseconds; a timer would cost a millisecond. */
  pause(): Promise<void>
  close(): void
}

/** A pace that is due whenever `intervalMs` have gone by since the last pause. */
export function createPace(intervalMs: number): Pace {
  const { port1, port2 } = new MessageChannel()
  let last = performance.now()
  return {
    due: () => performance.now() - last >= intervalMs,
    async pause() {
      await new Promise((resolve) => {
        port1.onmessage = resolve
        port2.postMessage(undefined)
      })
      last = performance.now()
    },
    close() {
      port1.close()
    },
  }
}
