/** Turns of the event loop during a long computation, so that signals, timers and pages stay alive. */

export interface Pace {
  /** Whether a pause is due. */
  due(): boolean
  /** Lets everything else that waits have its turn. Costs microseconds; a timer would cost a millisecond. */
  pause(): Promise<void>
  close(): void
}

/** A pace that is due whenever `intervalMs` have gone by since the last pause. */
export function createPace(intervalMs: number): Pace {
  const turn = createTurn()
  let last = performance.now()
  return {
    due: () => performance.now() - last >= intervalMs,
    async pause() {
      await new Promise<void>(turn.next)
      last = performance.now()
    },
    close: turn.close,
  }
}

interface Turn {
  next(callback: () => void): void
  close(): void
}

/**
 * The next turn of the event loop: a message where there is nothing better (pages), `setImmediate` in Node, which hands
 * out up to a thousand messages in one turn and would not look at signals meanwhile.
 */
function createTurn(): Turn {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown }
  if (setImmediate) return { next: (callback) => setImmediate(callback), close: () => undefined }
  const { port1, port2 } = new MessageChannel()
  return {
    next(callback) {
      port1.onmessage = callback
      port2.postMessage(undefined)
    },
    close: () => port1.close(),
  }
}
